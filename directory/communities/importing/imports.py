"""One import from file to result: kept, checked by a job, confirmed by somebody, applied by a job."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from directory.communities.importing.reading import ReadLine
from directory.communities.rights import Authority, Managed, Part, StructureOfSomebodyElse, load_structure
from directory.models import ImportEffect, ImportState, LineOutcome, MemberImport, MemberImportLine
from sasportal.accounts.models import User
from sasportal.audit import trail

KEEP = timedelta(days=30)
JOB = "directory.tasks.work_on_import"


class ImportUnknown(Exception):
    """This structure has no such import, or no longer."""


class ImportNotWaiting(Exception):
    """It is not waiting for a confirmation: still checked, already confirmed, or abandoned."""


@transaction.atomic
def open_import(*, actor: User, code: str, lines: list[ReadLine]) -> MemberImport:
    """Keep what was read and have it checked; nobody is invited yet. Raises those of load_structure."""
    managed = load_structure(actor=actor, code=code, part=Part.MEMBERS)
    opened = MemberImport.objects.create(structure=code, via=managed.via, effect=effect_of(managed), by=actor)
    MemberImportLine.objects.bulk_create(
        (
            MemberImportLine(
                member_import=opened, number=line.number, text=line.text, since_text=line.since,
                until_text=line.until, national_id=line.national_id,
            )
            for line in lines
        ),
        batch_size=1_000,
    )  # fmt: skip
    transaction.on_commit(lambda: wake(opened.pk))
    return opened


def effect_of(managed: Managed) -> ImportEffect:
    """An admin declares; who manages the structure invites, and each practitioner answers for himself."""
    return ImportEffect.DECLARE if managed.authority == Authority.ADMIN else ImportEffect.INVITE


def load_import(*, managed: Managed, import_id: UUID) -> MemberImport:
    """Load an import of a structure that somebody was allowed to load; raises ImportUnknown."""
    found = MemberImport.objects.select_related("by").filter(pk=import_id, structure=managed.code).first()
    if found is None:
        raise ImportUnknown
    return found


@transaction.atomic
def confirm(*, actor: User, member_import: MemberImport) -> None:
    """Have the accepted lines applied, once; raises ImportNotWaiting, and those of load_structure."""
    allowed(actor=actor, member_import=member_import)
    _leave(member_import, ImportState.APPLYING, confirmed_by=actor, confirmed_at=timezone.now())
    transaction.on_commit(lambda: wake(member_import.pk))
    trail.record(
        actor=actor, action="members.import_confirmed", target=member_import.structure,
        member_import=str(member_import.pk), effect=member_import.effect,
        lines=member_import.lines.filter(outcome=LineOutcome.ACCEPTED).count(),
    )  # fmt: skip


def abandon(*, actor: User, member_import: MemberImport) -> None:
    """Forget it before it is applied; raises ImportNotWaiting, and those of load_structure."""
    allowed(actor=actor, member_import=member_import)
    _leave(member_import, ImportState.ABANDONED, ended_at=timezone.now())


def allowed(*, actor: User, member_import: MemberImport) -> Managed:
    """Return the structure for who may let this import go on; raises those of load_structure."""
    managed = load_structure(actor=actor, code=member_import.structure, part=Part.MEMBERS)
    if not may_go_on(managed, member_import):
        raise StructureOfSomebodyElse
    return managed


def may_go_on(managed: Managed, member_import: MemberImport) -> bool:
    """What an admin sent declares: a manager who sees it cannot confirm it."""
    return member_import.effect == ImportEffect.INVITE or managed.authority == Authority.ADMIN


def _leave(member_import: MemberImport, state: ImportState, **more: object) -> None:
    """Leave the state of waiting, once."""
    waiting = MemberImport.objects.filter(pk=member_import.pk, state=ImportState.CHECKED)
    if not waiting.update(state=state, worked_at=timezone.now(), **more):
        raise ImportNotWaiting
    member_import.refresh_from_db()


def counts(member_import: MemberImport) -> Mapping[str, int]:
    """Lines by outcome; those that have none are zero."""
    found = dict(member_import.lines.order_by().values_list("outcome").annotate(Count("pk")))
    return {outcome: found.get(outcome, 0) for outcome in LineOutcome.values}


def lines_of(member_import: MemberImport, outcome: str = "") -> QuerySet[MemberImportLine]:
    """Its lines in the order of the file, of this outcome only if one is given."""
    lines = member_import.lines.order_by("number")
    return lines.filter(outcome=outcome) if outcome else lines


def imports_of(code: str) -> QuerySet[MemberImport]:
    return MemberImport.objects.filter(structure=code).select_related("by").order_by("-created_at")


def wake(import_id: UUID) -> None:
    """Ask a worker to work on it now; without a broker, beat's next round does."""
    try:
        current_app.send_task(JOB, [str(import_id)], retry=False)
    except OperationalError:
        return
