"""Where practitioners stand with one structure: members, invited, or having declined lately."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, Q
from django.utils import timezone

from directory.models import Invitation, InvitationState, Participation

# After a refusal the structure leaves somebody in peace for a month
AGAIN_AFTER = timedelta(days=30)


class InvitationRefused(Exception):
    """The subclass says, in French, why this practitioner cannot be invited now."""


@dataclass
class AlreadyMember(InvitationRefused):
    since: datetime

    def __str__(self) -> str:
        if self.since > timezone.now():
            return f"Participe déjà par cette structure, à partir du {day(self.since)}."
        return f"Participe déjà par cette structure, depuis le {day(self.since)}."


@dataclass
class AlreadyInvited(InvitationRefused):
    since: datetime

    def __str__(self) -> str:
        return f"Déjà invité le {day(self.since)} ; sa réponse est attendue."


@dataclass
class DeclinedLately(InvitationRefused):
    until: datetime

    def __str__(self) -> str:
        return f"A refusé une invitation ; une autre sera possible à partir du {day(self.until)}."


@dataclass(frozen=True, kw_only=True)
class Standing:
    """By national id: since when he takes part, was invited, or until when he is left in peace."""

    members: Mapping[str, datetime]
    invited: Mapping[str, datetime]
    declined: Mapping[str, datetime]

    def refusal(self, national_id: str) -> InvitationRefused | None:
        if since := self.members.get(national_id):
            return AlreadyMember(since)
        if since := self.invited.get(national_id):
            return AlreadyInvited(since)
        until = self.declined.get(national_id)
        return DeclinedLately(until) if until else None


def standing(structure: str, national_ids: Collection[str], *, now: datetime) -> Standing:
    """Read where these people stand with the structure; two queries for any number."""
    through = Participation.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), structure=structure)
    members = (
        through.exclude(ends_at=F("starts_at")).filter(national_id__in=national_ids)
        .values_list("national_id").annotate(since=Min("starts_at"))
    )  # fmt: skip
    invited, declined = {}, {}
    lately = Q(state=InvitationState.SENT, expires_at__gt=now) | Q(
        state=InvitationState.DECLINED, answered_at__gt=now - AGAIN_AFTER
    )
    for one in Invitation.objects.filter(lately, structure=structure, national_id__in=national_ids):
        if one.state == InvitationState.SENT:
            invited[one.national_id] = one.invited_at
        elif one.answered_at:
            declined[one.national_id] = one.answered_at + AGAIN_AFTER
    return Standing(members=dict(members), invited=invited, declined=declined)


def day(instant: datetime) -> str:
    return f"{timezone.localdate(instant):%d/%m/%Y}"
