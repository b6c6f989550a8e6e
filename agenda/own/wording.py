"""How a rule, a range and a refusal are said in French. Pure functions, no HTML."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.own.models import CONSULTATION_CHOICES, TYPE_CHOICES, Series
from agenda.own.plans import Plan
from agenda.own.recurrence import days, read_weekly
from sasportal.wording import MONTHS, NARROW, WEEKDAYS, listed, long_day

NUMBERS = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 7: "sept", 8: "huit"}


def hour(at: time | datetime) -> str:
    """ "9 h", "9 h 15"."""
    return f"{at.hour}{NARROW}h{NARROW}{at.minute:02}" if at.minute else f"{at.hour}{NARROW}h"


def plan_in_words(plan: Plan, *, today: date) -> str:
    """Say the whole plan: "tous les mardis et jeudis de 9 h à 11 h, jusqu'au 18 décembre, sauf le 8"."""
    hours = f"de {hour(plan.start_time)} à {hour(plan.end_time)}"
    if not plan.weekdays:
        return f"le {long_day(plan.first_day)}{_year(plan.first_day, today)}, {hours}"
    first = _first_date(plan)
    # Said where it matters: not for tomorrow's first Tuesday, but for which week of two
    later = first > today + timedelta(days=0 if plan.every > 1 else 7)
    since = f", à partir du {_day(first, today)}" if later else ""
    until = f", jusqu’au {_day(plan.last_day, today)}" if plan.last_day else ""
    return f"{_repeated(plan.weekdays, plan.every)} {hours}{since}{until}{_except(plan, today)}"


def series_in_words(series: Series, *, today: date) -> str:
    return plan_in_words(plan_of(series), today=today)


def plan_of(series: Series) -> Plan:
    """Read a stored series back as the plan it was made from."""
    weekdays, every = read_weekly(series.rule) if series.rule else ((), 1)
    end = series.start_time.hour * 60 + series.start_time.minute + series.duration_minutes
    return Plan(
        place_key=series.place_key,
        kind=series.kind,
        first_day=series.first_day,
        start_time=series.start_time,
        end_time=time(end // 60, end % 60),
        capacity=series.capacity,
        types=tuple(series.types),
        consultation=tuple(series.consultation),
        weekdays=weekdays,
        every=every,
        last_day=series.last_day,
        exceptions=tuple(series.exceptions),
    )


def local_hours(start: datetime, end: datetime, zone: str) -> str:
    here = ZoneInfo(zone)
    return f"de {hour(start.astimezone(here))} à {hour(end.astimezone(here))}"


def counter(taken: int, capacity: int) -> str:
    return f"{taken} sur {capacity}"


def open_to(types: Sequence[str]) -> str:
    return listed([label for code, label in TYPE_CHOICES if code in types])


def held(consultation: Sequence[str]) -> str:
    return listed([label.lower() for code, label in CONSULTATION_CHOICES if code in consultation])


def _first_date(plan: Plan) -> date:
    """Return the first date the rule gives: on a Monday "every Tuesday" begins the next day."""
    until = plan.first_day + timedelta(weeks=plan.every + 1)
    return next(days(rule=plan.rule, first_day=plan.first_day, until=until), plan.first_day)


def _repeated(weekdays: Sequence[int], every: int) -> str:
    if every == 1 and len(weekdays) == 7:
        return "tous les jours"
    if every == 1:
        return "tous les " + listed([f"{WEEKDAYS[day]}s" for day in weekdays])
    weeks = f"une semaine sur {NUMBERS.get(every, every)}"
    return "le " + listed([WEEKDAYS[day] for day in weekdays]) + f", {weeks},"


def _except(plan: Plan, today: date) -> str:
    """Name the exceptions; the month is left out where it is that of the end: "jusqu'au 18 décembre, sauf le 8"."""
    coming = sorted(day for day in plan.exceptions if day >= max(today, plan.first_day))
    if not coming:
        return ""
    said = plan.last_day
    names = []
    for day in coming:
        same = said is not None and (day.year, day.month) == (said.year, said.month)
        names.append("le " + (_number(day) if same else _day(day, today)))
        said = day
    return ", sauf " + listed(names)


def _day(day: date, today: date) -> str:
    return f"{_number(day)} {MONTHS[day.month - 1]}{_year(day, today)}"


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def _year(day: date, today: date) -> str:
    return "" if (day - today).days < 330 and day >= today else f" {day.year}"
