"""The invitations of a structure as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from directory.effectors.rights import name_of
from directory.models import Invitation, InvitationState, Practitioner
from directory.participation.invitations import state_at
from sasportal.audit.authors import named


@dataclass(frozen=True, kw_only=True)
class SentInvitation:
    id: UUID
    national_id: str
    name: str
    by: str
    at: datetime
    state: InvitationState
    until: datetime
    answered_at: datetime | None

    @property
    def waiting(self) -> bool:
        return self.state == InvitationState.SENT


def read_sent(invitations: Sequence[Invitation], *, now: datetime) -> list[SentInvitation]:
    """Say of each whom it invites, who sent it and what became of it; two queries."""
    people = Practitioner.objects.in_bulk([one.national_id for one in invitations])
    authors = named(one.invited_by for one in invitations)
    return [
        SentInvitation(
            id=one.pk,
            national_id=one.national_id,
            name=name_of(people[one.national_id]) if one.national_id in people else one.national_id,
            by=authors[one.invited_by],
            at=one.invited_at,
            state=state_at(one, now),
            until=one.expires_at,
            answered_at=one.answered_at,
        )
        for one in invitations
    ]
