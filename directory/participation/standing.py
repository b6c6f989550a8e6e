"""Where practitioners stand with one structure: members, invited, or having declined lately."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Min, Q

from directory.models import Invitation, InvitationState, Participation
from directory.zones import local_day

# After a refusal the structure leaves somebody in peace for a month
AGAIN_AFTER = timedelta(days=30)


class InvitationRefused(Exception):
    """The subclass says, in French, why this practitioner cannot be invited now."""


@dataclass
class AlreadyMember(InvitationRefused):
    since: date

    def __str__(self) -> str:
        return f"Participe déjà par cette structure (depuis le {self.since:%d/%m/%Y})."


@dataclass
class AlreadyInvited(InvitationRefused):
    since: date

    def __str__(self) -> str:
        return f"Déjà invité le {self.since:%d/%m/%Y} ; sa réponse est attendue."


@dataclass
class DeclinedLately(InvitationRefused):
    until: date

    def __str__(self) -> str:
        return f"A refusé une invitation ; une autre sera possible à partir du {self.until:%d/%m/%Y}."


@dataclass(frozen=True, kw_only=True)
class Standing:
    """By national id, the day since when he takes part, was invited, or until when he is left in peace."""

    members: Mapping[str, date]
    invited: Mapping[str, date]
    declined: Mapping[str, date]

    def refusal(self, national_id: str) -> InvitationRefused | None:
        if since := self.members.get(national_id):
            return AlreadyMember(since)
        if since := self.invited.get(national_id):
            return AlreadyInvited(since)
        until = self.declined.get(national_id)
        return DeclinedLately(until) if until else None


def standing(structure: str, national_ids: Collection[str], *, zone: str, now: datetime) -> Standing:
    """Read where these people stand with the structure, days on its clock; two queries for any number."""
    through = Participation.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), structure=structure)
    members = (
        through.exclude(ends_at=F("starts_at")).filter(national_id__in=national_ids)
        .values_list("national_id").annotate(since=Min("starts_at"))
    )  # fmt: skip
    waiting = Q(state=InvitationState.SENT, expires_at__gt=now)
    lately = Q(state=InvitationState.DECLINED, answered_at__gt=now - AGAIN_AFTER)
    invited, declined = {}, {}
    for one in Invitation.objects.filter(waiting | lately, structure=structure, national_id__in=national_ids):
        if one.state == InvitationState.SENT:
            invited[one.national_id] = local_day(one.invited_at, zone)
        elif one.answered_at:
            declined[one.national_id] = local_day(one.answered_at + AGAIN_AFTER, zone)
    return Standing(
        members={who: local_day(since, zone) for who, since in members}, invited=invited, declined=declined
    )  # fmt: skip
