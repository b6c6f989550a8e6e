"""How much does a practitioner offer each week? The convention asks for two hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.own.models import Occurrence
from directory.models import Absence

WANTED_MINUTES = 120


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Minutes offered in the own agenda this week and the next, absences taken out."""

    this_week: int
    next_week: int

    @property
    def enough(self) -> bool:
        return self.this_week >= WANTED_MINUTES


def weekly(national_id: str, *, zone: str, now: datetime) -> Weekly:
    """Count what the own agenda offers, week by week as the place counts them; two queries."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    mondays = [today + timedelta(days=7 * ahead - today.weekday()) for ahead in range(3)]
    first, second, last = (midnight(day, here) for day in mondays)
    rows = list(Occurrence.objects.filter(national_id=national_id, cancelled=False, start__gte=first, start__lt=last))
    absences = list(Absence.objects.filter(national_id=national_id, starts_at__lt=last, ends_at__gt=first))
    offered = [
        row for row in rows if not any(row.start < away.ends_at and away.starts_at < row.end for away in absences)
    ]
    return Weekly(
        this_week=minutes(row for row in offered if row.start < second),
        next_week=minutes(row for row in offered if row.start >= second),
    )


def masks(absence: Absence, row: Occurrence) -> bool:
    return absence.starts_at < row.end and row.start < absence.ends_at


def minutes(rows: Iterable[Occurrence]) -> int:
    return sum(int((row.end - row.start).total_seconds() // 60) for row in rows)


def midnight(day: date, here: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=here)
