"""Which dates does a rule give, and at which instants? Pure functions.

The rule counts dates on the wall calendar of the place; each date is then put on that place's clock,
so that 9 h stays 9 h across a change of hour.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST_INTERVAL = 8


class RuleUnreadable(ValueError):
    """This is not one of the weekly rules the agenda writes."""


def weekly(weekdays: Sequence[int], *, every: int = 1) -> str:
    """Write the RFC 5545 rule "every `every` weeks on these weekdays" (0 is Monday)."""
    days = ",".join(WEEKDAYS[day] for day in sorted(set(weekdays)))
    return f"FREQ=WEEKLY;INTERVAL={every};WKST=MO;BYDAY={days}"


def read_weekly(rule: str) -> tuple[tuple[int, ...], int]:
    """Read back what `weekly` wrote: weekdays and interval."""
    try:
        parts = dict(part.split("=", 1) for part in rule.split(";"))
        weekdays = tuple(WEEKDAYS.index(code) for code in parts["BYDAY"].split(","))
        return weekdays, int(parts["INTERVAL"])
    except (KeyError, ValueError):
        raise RuleUnreadable(rule) from None


def days(
    *, rule: str, first_day: date, until: date, since: date | None = None, exceptions: Sequence[date] = ()
) -> Iterator[date]:
    """Yield, in order, the dates from `since` to `until` (both included) that are no exception."""
    since = max(since or first_day, first_day)
    if until < since:
        return
    if not rule:
        dates = iter([first_day] if since <= first_day <= until else [])
    else:
        expanded = rrulestr(rule, dtstart=datetime.combine(first_day, time.min))
        dates = (at.date() for at in expanded.xafter(datetime.combine(since, time.min), inc=True))
    for day in dates:
        if day > until:
            return
        if day not in exceptions:
            yield day


def instant(day: date, at: time, zone: str) -> datetime:
    """Put a wall time on the clock of `zone`, in UTC.

    A time that does not exist that day (March) counts on from the hour before the change: 2 h 30 is
    3 h 30; one that exists twice (October) is the first.
    """
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def bounds(day: date, at: time, minutes: int, zone: str) -> tuple[datetime, datetime]:
    """Return start and end in UTC; the duration is elapsed time, as RFC 5545 counts it."""
    start = instant(day, at, zone)
    return start, start + timedelta(minutes=minutes)


def local_day(instant_: datetime, zone: str) -> date:
    return instant_.astimezone(ZoneInfo(zone)).date()
