"""Do what was confirmed, one line at a time: each line and what it causes are written together, once."""

from django.db import transaction
from django.utils import timezone

from directory.communities.importing.dates import DatesRefused, period
from directory.communities.rights import Managed
from directory.models import ImportEffect, LineOutcome, MemberImport, MemberImportLine
from directory.participation.declaration import Declaration
from directory.participation.invitations import declare_through, invite
from directory.participation.refusals import DeclarationRefused
from directory.participation.standing import AlreadyMember, InvitationRefused, standing
from sasportal.accounts.models import User


@transaction.atomic
def apply_next(member_import: MemberImport, *, actor: User, managed: Managed) -> bool:
    """Apply the next accepted line nobody else is applying; False when none is left to take.

    A line that became impossible since it was checked says so. Lines are locked before people, as always.
    """
    accepted = member_import.lines.select_for_update(skip_locked=True).filter(outcome=LineOutcome.ACCEPTED)
    line = accepted.order_by("number").first()
    if line is None:
        return False
    try:
        with transaction.atomic():
            _apply(line, member_import, actor=actor, managed=managed)
        line.outcome = LineOutcome.DONE
    except (InvitationRefused, DeclarationRefused, DatesRefused) as refused:
        line.outcome, line.reason = LineOutcome.LATE, str(refused)[:300]
    line.save(update_fields=["outcome", "reason"])
    return True


def _apply(line: MemberImportLine, member_import: MemberImport, *, actor: User, managed: Managed) -> None:
    match member_import.effect:
        case ImportEffect.INVITE:
            invite(actor=actor, structure=managed.code, national_id=line.national_id)
        case ImportEffect.DECLARE:
            _declare(line, actor=actor, managed=managed)
        case _:
            raise ValueError(member_import.effect)


def _declare(line: MemberImportLine, *, actor: User, managed: Managed) -> None:
    now = timezone.now()
    if since := standing(managed.code, [line.national_id], zone=managed.zone, now=now).members.get(line.national_id):
        raise AlreadyMember(since)
    asked = period(line.since_text, line.until_text, zone=managed.zone, now=now)
    declaration = Declaration(
        via=managed.via, structure=managed.code, starts_at=asked.starts_at, ends_at=asked.ends_at
    )  # fmt: skip
    declare_through(actor=actor, structure=managed.code, national_id=line.national_id, declaration=declaration)
