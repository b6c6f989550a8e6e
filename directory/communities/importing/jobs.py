"""Work on an import for a few seconds; called again until nothing is left. Killed at any point, it goes on."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from directory.communities.importing.applying import apply_next
from directory.communities.importing.checking import check_some
from directory.communities.importing.imports import KEEP, allowed, wake
from directory.communities.rights import StructureOfSomebodyElse, StructureUnknown
from directory.models import ImportState, LineOutcome, MemberImport

AT_WORK = (ImportState.CHECKING, ImportState.APPLYING)
# Well below the broker's visibility timeout: a job given twice would only work beside itself
SLICE_SECONDS = 8.0
SILENCE = timedelta(seconds=60)


def work(import_id: UUID, *, seconds: float = SLICE_SECONDS) -> bool:
    """Check, or apply, what is next; True when it should be called again.

    It stops when who sent or confirmed the file may no longer manage the structure.
    """
    found = MemberImport.objects.filter(pk=import_id).first()
    if found is None or found.state not in AT_WORK:
        return False
    MemberImport.objects.filter(pk=import_id).update(worked_at=timezone.now())
    try:
        return _check(found, seconds) if found.state == ImportState.CHECKING else _apply(found, seconds)
    except (StructureOfSomebodyElse, StructureUnknown):
        _end(found, ImportState.STOPPED, ended_at=timezone.now())
        return False


def resume(*, now: datetime) -> int:
    """Wake the imports that a lost job left in the middle; return how many."""
    silent = MemberImport.objects.filter(state__in=AT_WORK, worked_at__lte=now - SILENCE)
    ids = list(silent.values_list("pk", flat=True))
    for import_id in ids:
        wake(import_id)
    return len(ids)


def purge(*, now: datetime) -> None:
    """Forget the files a month after they were sent."""
    MemberImport.objects.filter(created_at__lt=now - KEEP).delete()


def _check(found: MemberImport, seconds: float) -> bool:
    managed = allowed(actor=found.by, member_import=found)
    if _for_a_while(lambda: check_some(found, zone=managed.zone), seconds):
        return True
    if not found.lines.filter(outcome=LineOutcome.PENDING).exists():  # none held by another job either
        _end(found, ImportState.CHECKED, checked_at=timezone.now())
    return False


def _apply(found: MemberImport, seconds: float) -> bool:
    actor = found.confirmed_by
    if actor is None:
        raise StructureOfSomebodyElse
    managed = allowed(actor=actor, member_import=found)
    if _for_a_while(lambda: apply_next(found, actor=actor, managed=managed), seconds):
        return True
    if not found.lines.filter(outcome=LineOutcome.ACCEPTED).exists():
        _end(found, ImportState.APPLIED, ended_at=timezone.now())
    return False


def _for_a_while(act: Callable[[], bool], seconds: float) -> bool:
    """Act until there is nothing left (False) or the time is over (True)."""
    until = time.monotonic() + seconds
    while act():
        if time.monotonic() > until:
            return True
    return False


def _end(found: MemberImport, state: ImportState, **more: object) -> None:
    """Leave the state it was found in; whoever comes second changes nothing."""
    MemberImport.objects.filter(pk=found.pk, state=found.state).update(state=state, **more)
