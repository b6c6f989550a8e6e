"""What the counts of a period say about an editor: availability, response times, rejects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from agenda.models import Outcome
from agenda.reports import ANSWERED
from agenda.supervision.models import Kind, Unit
from agenda.supervision.working_days import PARIS

UTC_ZONE = ZoneInfo("UTC")

# Upper edges of the buckets of durations; 1 s and 7 s are those of the convention
EDGES_MS = (10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 7000)
MORE = "more"
LONGEST_MS = 10_000
# No answer to measure: the call was not sent, or never reached anybody
UNMEASURED = (Outcome.OPEN, Outcome.UNREACHABLE, Outcome.OVERLOAD, Outcome.REFUSED)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts by code of one editor over one period; durations by upper edge in ms."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    durations: Mapping[str, int] = field(default_factory=dict)
    rejects: Mapping[str, int] = field(default_factory=dict)
    slots: int = 0

    @property
    def calls(self) -> int:
        return sum(self.outcomes.values())

    @property
    def answered(self) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in ANSWERED)

    @property
    def availability(self) -> float | None:
        """Share of the questions that got a usable answer; those kept back by the breaker got none."""
        return self.answered / self.calls if self.calls else None

    @property
    def measured(self) -> int:
        return sum(self.durations.values())

    @property
    def over_1s(self) -> float | None:
        slow = sum(count for edge, count in self.durations.items() if edge == MORE or int(edge) > 1000)
        return slow / self.measured if self.measured else None

    @property
    def over_7s(self) -> float | None:
        """Answers that came too late to be used: the call is given up just before the seven seconds."""
        late = max(self.durations.get(MORE, 0), self.outcomes.get(Outcome.TIMEOUT, 0))
        return late / self.measured if self.measured else None

    def quantile(self, share: float) -> int | None:
        """Milliseconds under which `share` of the answers came, interpolated within a bucket."""
        rank, below = share * self.measured, 0
        for low, high in pairwise((0, *EDGES_MS, LONGEST_MS)):
            here = self.durations.get(str(high) if high != LONGEST_MS else MORE, 0)
            if here and below + here >= rank:
                return round(low + (high - low) * (rank - below) / here)
            below += here
        return None

    def plus(self, other: "Figures") -> "Figures":
        return Figures(
            outcomes=_summed(self.outcomes, other.outcomes),
            durations=_summed(self.durations, other.durations),
            rejects=_summed(self.rejects, other.rejects),
            slots=self.slots + other.slots,
        )


NOTHING = Figures()


@dataclass(frozen=True, kw_only=True)
class Period:
    """A stretch of time to look at, from `unit` counts, cut into steps for the curve."""

    code: str
    label: str
    unit: Unit
    reach: timedelta
    step: timedelta

    @property
    def zone(self) -> ZoneInfo:
        """Days are those of Paris, 23 or 25 hours long twice a year; shorter stretches are elapsed time."""
        return PARIS if self.unit == Unit.DAY else UTC_ZONE

    def start(self, now: datetime) -> datetime:
        """The first instant looked at: where a whole stretch begins."""
        local = (now - self.reach).astimezone(self.zone)
        match self.unit:
            case Unit.DAY:
                return local.replace(hour=0, minute=0, second=0, microsecond=0)
            case Unit.HOUR:
                return local.replace(minute=0, second=0, microsecond=0)
            case _:
                return local.replace(minute=local.minute - local.minute % 5, second=0, microsecond=0)

    def steps(self, now: datetime) -> list[datetime]:
        """Where each step begins, the current one included (wall clock of `zone`)."""
        start = self.start(now)
        count = int((now.astimezone(self.zone).replace(tzinfo=None) - start.replace(tzinfo=None)) / self.step)
        return [start + number * self.step for number in range(count + 1)]


PERIODS = (
    Period(
        code="1h", label="la dernière heure", unit=Unit.FIVE_MINUTES,
        reach=timedelta(hours=1), step=timedelta(minutes=5),
    ),
    Period(code="24h", label="les dernières 24 heures", unit=Unit.HOUR,
           reach=timedelta(hours=24), step=timedelta(hours=1)),
    Period(code="7j", label="les 7 derniers jours", unit=Unit.HOUR,
           reach=timedelta(days=7), step=timedelta(hours=6)),
    Period(code="30j", label="les 30 derniers jours", unit=Unit.DAY,
           reach=timedelta(days=30), step=timedelta(days=1)),
    Period(code="13m", label="les 13 derniers mois", unit=Unit.DAY,
           reach=timedelta(days=396), step=timedelta(days=12)),
)  # fmt: skip
BY_CODE = {period.code: period for period in PERIODS}

_COUNTS = """
SELECT editor_id, kind, code, sum(count)::bigint,
    floor(extract(epoch FROM (start AT TIME ZONE %(zone)s) - (%(since)s AT TIME ZONE %(zone)s)) / %(step)s)::int AS step
FROM agenda_callcount
WHERE unit = %(unit)s AND start >= %(since)s AND start <= %(until)s AND (%(editor)s = 0 OR editor_id = %(editor)s)
GROUP BY editor_id, kind, code, step ORDER BY editor_id, step
"""


def figures_by_step(period: Period, *, now: datetime, editor_id: int = 0) -> dict[int, dict[int, Figures]]:
    """Read each editor's figures for each step of the period that has any (one query); 0 stands for every editor."""
    return _read(period.unit, period.start(now), now, period.step, zone=period.zone.key, editor_id=editor_id)


def figures_since(since: datetime, *, now: datetime) -> dict[int, Figures]:
    """Read the figures of each editor since an instant of the last three days."""
    found = _read(Unit.FIVE_MINUTES, since, now, timedelta(days=7))
    return {editor_id: whole(steps.values()) for editor_id, steps in found.items()}


def _read(
    unit: Unit, since: datetime, until: datetime, step: timedelta, *, zone: str = "UTC", editor_id: int = 0
) -> dict[int, dict[int, Figures]]:
    values: dict[str, Any] = {"unit": unit, "since": since, "until": until, "step": step.total_seconds(), "zone": zone,
              "editor": editor_id}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        return _gathered(cursor.fetchall())


def whole(steps: Iterable[Figures]) -> Figures:
    total = NOTHING
    for one in steps:
        total = total.plus(one)
    return total


def _gathered(rows: Iterable[tuple[int, str, str, int, int]]) -> dict[int, dict[int, Figures]]:
    counts: dict[tuple[int, int], dict[str, dict[str, int]]] = {}
    for editor_id, kind, code, count, step in rows:
        counts.setdefault((editor_id, step), {}).setdefault(kind, {})[code] = count
    found: dict[int, dict[int, Figures]] = {}
    for (editor_id, step), by_kind in counts.items():
        found.setdefault(editor_id, {})[step] = Figures(
            outcomes=by_kind.get(Kind.OUTCOME, {}),
            durations=by_kind.get(Kind.DURATION, {}),
            rejects=by_kind.get(Kind.REJECT, {}),
            slots=by_kind.get(Kind.SLOTS, {}).get("", 0),
        )
    return found


def _summed(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {code: one.get(code, 0) + other.get(code, 0) for code in {*one, *other}}
