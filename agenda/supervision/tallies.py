"""Calls summed up: five minutes from the calls, hours from those, days (of Paris) from the hours.

State-based: each round writes again the last two stretches known and everything after them. One that was missed, or
run twice, changes nothing, and a call written just after its stretch ended is taken in. Counts are exact and only grow:
what they were summed from may be forgotten, whole or in part.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from agenda.supervision.figures import EDGES_MS, UNMEASURED
from agenda.supervision.models import CallCount, Unit

KEEP = {Unit.FIVE_MINUTES: timedelta(days=3), Unit.HOUR: timedelta(days=40)}
BEFORE_ALL_CALLS = datetime(2020, 1, 1, tzinfo=UTC)
LOCK = 0x5A5_A117  # one round at a time: the key of PostgreSQL's advisory lock

# Not asked of the editor: answers served again, and questions the switch kept back
_MADE = "NOT c.reused AND c.outcome <> 'DISABLED'"
_FIVE = f"""
INSERT INTO agenda_callcount (editor_id, unit, start, kind, code, count)
SELECT c.editor_id, 'five', date_bin('5 minutes', c.at, 'epoch'), said.kind, said.code, sum(said.count)
FROM agenda_editorcall c CROSS JOIN LATERAL (
    SELECT 'outcome' AS kind, c.outcome AS code, 1::bigint AS count
    UNION ALL SELECT 'slots', '', c.slots
    UNION ALL SELECT 'duration', coalesce((SELECT min(edge)::text FROM unnest(%(edges)s::int[]) edge
                                           WHERE c.duration_ms <= edge), 'more'), 1
              WHERE c.outcome <> ALL(%(unmeasured)s)
    UNION ALL SELECT 'reject', key, value::bigint FROM jsonb_each_text(c.rejects)
) said
WHERE c.at >= %(since)s AND {_MADE}
GROUP BY 1, 3, 4, 5
ON CONFLICT (unit, start, editor_id, kind, code) DO UPDATE SET count = excluded.count
WHERE agenda_callcount.count < excluded.count
"""  # noqa: S608 - our own fragments, values are parameters
_WIDER = """
INSERT INTO agenda_callcount (editor_id, unit, start, kind, code, count)
SELECT editor_id, %(unit)s, date_trunc(%(field)s, start, 'Europe/Paris'), kind, code, sum(count)
FROM agenda_callcount WHERE unit = %(of)s AND start >= %(since)s
GROUP BY 1, 3, 4, 5
ON CONFLICT (unit, start, editor_id, kind, code) DO UPDATE SET count = excluded.count
WHERE agenda_callcount.count < excluded.count
"""


@transaction.atomic
def tally() -> None:
    """Bring every count up to date with the calls recorded so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return
        edges: dict[str, Any] = {"edges": list(EDGES_MS), "unmeasured": list(UNMEASURED)}
        cursor.execute(_FIVE, edges | {"since": _known_until(Unit.FIVE_MINUTES)})
        for unit, of in ((Unit.HOUR, Unit.FIVE_MINUTES), (Unit.DAY, Unit.HOUR)):
            cursor.execute(_WIDER, {"unit": unit, "of": of, "field": unit.value, "since": _known_until(unit)})


def forget_details(*, now: datetime) -> None:
    """Drop the narrow counts that wider ones have taken in; days stay for good."""
    for unit, kept in KEEP.items():
        CallCount.objects.filter(unit=unit, start__lt=now - kept).delete()


def _known_until(unit: Unit) -> datetime:
    """The start of the last stretch but one."""
    starts = CallCount.objects.filter(unit=unit).order_by("-start").values_list("start", flat=True).distinct()
    return next(iter(starts[1:2]), BEFORE_ALL_CALLS)
