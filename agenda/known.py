"""Which editors know a practitioner: learned from their answers, forgotten when they stop knowing him."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection

from agenda.models import KnownAgenda
from agenda.reports import COMPLETE, CallReport

# A full agenda shows nothing over the 72 h of a search: only a longer silence means "no longer here"
FORGOTTEN_AFTER = timedelta(days=7)
# Not a write at every search: when he was seen matters to the hour
SEEN_EVERY = timedelta(hours=1)


def editors_knowing(national_ids: Iterable[str]) -> dict[str, set[int]]:
    """Return the editors known for each practitioner (in one query); unknown ones are absent."""
    known: dict[str, set[int]] = {}
    rows = KnownAgenda.objects.filter(national_id__in=list(national_ids))
    for national_id, editor_id in rows.values_list("national_id", "editor_id"):
        known.setdefault(national_id, set()).add(editor_id)
    return known


def learn(reports: Iterable[CallReport], *, now: datetime) -> None:
    """Remember every practitioner present in an answer, and forget who has been absent for too long."""
    seen: dict[tuple[int, str], None] = {}
    missed: dict[int, set[str]] = {}
    for report in reports:
        if report.reused_age_s is not None:
            continue
        seen |= {(report.editor_id, national_id): None for national_id in report.known}
        if report.outcome in COMPLETE:
            missed.setdefault(report.editor_id, set()).update(set(report.national_ids) - set(report.known))
    _remember(seen, now)
    _forget(missed, now)


# One statement whatever the number of rows; an editor removed meanwhile is left out
_REMEMBER = """
INSERT INTO agenda_knownagenda (editor_id, national_id, learned_at, seen_at)
SELECT seen.editor_id, seen.national_id, %(now)s, %(now)s
FROM unnest(%(editors)s::bigint[], %(ids)s::varchar[]) AS seen (editor_id, national_id)
JOIN agenda_editor ON agenda_editor.id = seen.editor_id
ORDER BY 1, 2
ON CONFLICT (editor_id, national_id) DO UPDATE SET seen_at = excluded.seen_at
WHERE agenda_knownagenda.seen_at < %(stale)s
"""


def _remember(seen: Mapping[tuple[int, str], None], now: datetime) -> None:
    if not seen:
        return
    editors, ids = [editor_id for editor_id, _ in seen], [national_id for _, national_id in seen]
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, {"editors": editors, "ids": ids, "now": now, "stale": now - SEEN_EVERY})


def _forget(missed: Mapping[int, set[str]], now: datetime) -> None:
    for editor_id, national_ids in missed.items():
        KnownAgenda.objects.filter(
            editor_id=editor_id, national_id__in=national_ids, seen_at__lt=now - FORGOTTEN_AFTER
        ).delete()
