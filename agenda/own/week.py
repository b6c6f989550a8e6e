"""One week of an agenda as its page shows it: days, lines, words. No HTML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.own.models import Occurrence, OfferKind
from agenda.own.wording import counter, held, hour, local_hours, open_to, series_in_words
from directory.effectors.rights import Effector
from directory.models import Absence
from sasportal.wording import MONTHS, long_day

WEEK = re.compile(r"(20[0-9]{2})-W([0-9]{2})")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One occurrence. `state` is over, absent, full, locked (somebody was sent there) or open."""

    id: int
    hours: str
    place: str
    place_closed: bool
    is_range: bool
    counter: str
    state: str
    open_to: str
    held: str
    series: str
    starts_at: int  # minutes of the local day, for the grid
    ends_at: int

    @property
    def editable(self) -> bool:
        return self.state in {"open", "absent"}

    @property
    def series_editable(self) -> bool:
        return self.state in {"full", "locked"} and bool(self.series)


@dataclass(frozen=True, kw_only=True)
class Day:
    date: date
    name: str
    today: bool
    over: bool
    absences: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Week:
    code: str
    previous: str
    next: str
    title: str
    days: tuple[Day, ...]


def monday_of(code: str, *, today: date) -> date:
    """Read "2026-W48"; anything else is the week of today."""
    written = WEEK.fullmatch(code)
    try:
        return date.fromisocalendar(int(written[1]), int(written[2]), 1) if written else _monday(today)
    except ValueError:
        return _monday(today)


def code_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def read_week(agenda: Effector, *, monday: date, now: datetime) -> Week:
    """Read one week; two queries whatever it holds."""
    here = ZoneInfo(agenda.zone())
    since = datetime.combine(monday - timedelta(days=1), time.min, tzinfo=here)
    until = datetime.combine(monday + timedelta(days=8), time.min, tzinfo=here)
    rows = Occurrence.objects.filter(
        national_id=agenda.national_id, cancelled=False, start__gte=since, start__lt=until
    )  # fmt: skip
    found = list(rows.select_related("series").order_by("start", "pk"))
    away = Absence.objects.filter(national_id=agenda.national_id, starts_at__lt=until, ends_at__gt=since)
    absences = list(away.order_by("starts_at"))
    today = now.astimezone(here).date()
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    return Week(
        code=code_of(monday),
        previous=code_of(monday - timedelta(days=7)),
        next=code_of(monday + timedelta(days=7)),
        title=_title(days[0], days[6]),
        days=tuple(_day(day, agenda=agenda, rows=found, absences=absences, today=today, now=now) for day in days),
    )


def _day(
    day: date, *, agenda: Effector, rows: Sequence[Occurrence], absences: Sequence[Absence], today: date, now: datetime
) -> Day:
    here = ZoneInfo(agenda.zone())
    mine = [row for row in rows if row.start.astimezone(ZoneInfo(row.time_zone)).date() == day]
    start = datetime.combine(day, time.min, tzinfo=here)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=here)
    away = [absence for absence in absences if absence.starts_at < end and absence.ends_at > start]
    return Day(
        date=day,
        name=long_day(day),
        today=day == today,
        over=day < today,
        absences=tuple(_away(absence, start=start, end=end, here=here) for absence in away),
        lines=tuple(_line(row, agenda=agenda, absences=absences, today=today, now=now) for row in mine),
    )


def _line(row: Occurrence, *, agenda: Effector, absences: Sequence[Absence], today: date, now: datetime) -> Line:
    here = ZoneInfo(row.time_zone)
    place = next((place for place in agenda.places if place.key == row.place_key), None)
    start = row.start.astimezone(here)
    minutes = start.hour * 60 + start.minute
    return Line(
        id=row.pk,
        hours=local_hours(row.start, row.end, row.time_zone),
        place=place.label if place else "Lieu fermé",
        place_closed=place is None,
        is_range=row.kind == OfferKind.RANGE,
        counter=counter(row.taken, row.capacity),
        state=_state(row, absences=absences, now=now),
        open_to=open_to(row.types),
        held=held(row.consultation),
        series=series_in_words(row.series, today=today) if row.series.rule else "",
        starts_at=minutes,
        ends_at=minutes + int((row.end - row.start).total_seconds() // 60),
    )


def _state(row: Occurrence, *, absences: Sequence[Absence], now: datetime) -> str:
    if row.over(now):
        return "over"
    if row.locked:
        return "full" if row.free_places <= 0 else "locked"
    away = any(absence.starts_at < row.end and absence.ends_at > row.start for absence in absences)
    return "absent" if away else "open"


def _away(absence: Absence, *, start: datetime, end: datetime, here: ZoneInfo) -> str:
    if absence.starts_at <= start and absence.ends_at >= end:
        return "Absence toute la journée"
    since = f"à partir de {hour(absence.starts_at.astimezone(here))}" if absence.starts_at > start else ""
    until = f"jusqu’à {hour(absence.ends_at.astimezone(here))}" if absence.ends_at < end else ""
    return " ".join(filter(None, ["Absence", since, until]))


def _title(first: date, last: date) -> str:
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"Du {first.day}{month}{year} au {last.day} {MONTHS[last.month - 1]} {last.year}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
