"""What a plan would give, said before it is written."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from agenda.own import plans, recurrence
from agenda.own.plans import Plan
from agenda.own.wording import local_hours, plan_in_words
from directory.effectors.places import Place
from sasportal.wording import long_day

DATES_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`fingerprint` comes back with the order to save: what was seen is what is written."""

    words: str
    dates: tuple[str, ...]
    more: int
    fingerprint: str


def preview(plan: Plan, *, place: Place, now: datetime) -> Preview:
    """Say the plan and its first dates; raises `PlanRefused`."""
    zone = place.time_zone
    plans.check(plan, zone=zone, now=now)
    coming = list(plans.days_to_come(plan, zone=zone, now=now))
    words = plan_in_words(plan, today=recurrence.local_day(now, zone))
    return Preview(
        words=words[0].upper() + words[1:],
        dates=tuple(_date(plan, day, zone) for day in islice(coming, DATES_SHOWN)),
        more=max(0, len(coming) - DATES_SHOWN),
        fingerprint=plan.fingerprint(),
    )


def _date(plan: Plan, day: date, zone: str) -> str:
    start, end = recurrence.bounds(day, plan.start_time, plan.duration_minutes, zone)
    return f"{long_day(start.astimezone(ZoneInfo(zone)).date())}, {local_hours(start, end, zone)}"
