"""What is going on in a structure, in figures: members, open invitations, communes, imports that wait."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from directory.communities.members import count_members
from directory.communities.rights import Managed, Part
from directory.models import CptsCommune, ImportState, Invitation, InvitationState, MemberImport


@dataclass(frozen=True, kw_only=True)
class Standings:
    """`communes` None where there is no territory; `waiting_import`: one to be confirmed."""

    members: int
    invited: int
    communes: int | None
    waiting_import: UUID | None


def read_standings(managed: Managed, *, now: datetime) -> Standings:
    """Four queries."""
    sent = Invitation.objects.filter(structure=managed.code, state=InvitationState.SENT, expires_at__gt=now)
    waiting = MemberImport.objects.filter(structure=managed.code, state=ImportState.CHECKED).order_by("-created_at")
    has_territory = Part.TERRITORY in managed.parts
    return Standings(
        members=count_members([managed.code], now=now).get(managed.code, 0),
        invited=sent.count(),
        communes=CptsCommune.objects.filter(finess=managed.code).count() if has_territory else None,
        waiting_import=waiting.values_list("pk", flat=True).first(),
    )
