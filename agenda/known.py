"""Which editors know a practitioner: learned from their answers, forgotten when they stop knowing him."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from agenda.models import Editor, KnownAgenda
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


def _remember(seen: Mapping[tuple[int, str], None], now: datetime) -> None:
    if not seen:
        return
    ids = {national_id for _, national_id in seen}
    rows = KnownAgenda.objects.filter(national_id__in=ids, seen_at__gt=now - SEEN_EVERY)
    fresh = set(rows.values_list("editor_id", "national_id"))
    registered = set(Editor.objects.filter(pk__in={editor_id for editor_id, _ in seen}).values_list("pk", flat=True))
    KnownAgenda.objects.bulk_create(
        [
            KnownAgenda(editor_id=editor_id, national_id=national_id, learned_at=now, seen_at=now)
            for editor_id, national_id in sorted(seen)
            if (editor_id, national_id) not in fresh and editor_id in registered
        ],
        update_conflicts=True,
        unique_fields=["editor", "national_id"],
        update_fields=["seen_at"],
    )


def _forget(missed: Mapping[int, set[str]], now: datetime) -> None:
    for editor_id, national_ids in missed.items():
        KnownAgenda.objects.filter(
            editor_id=editor_id, national_id__in=national_ids, seen_at__lt=now - FORGOTTEN_AFTER
        ).delete()
