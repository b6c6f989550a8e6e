"""Delegations as pages show them: who, for what, until when, and where each stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from directory.communities.rights import manageable
from directory.effectors.rights import name_of
from directory.models import DelegationRequest, DelegationState, Practitioner
from sasportal.accounts.models import DelegateScope
from sasportal.audit.authors import named
from sasportal.wording import within


@dataclass(frozen=True, kw_only=True)
class Shown:
    """`principal` is for whom, `delegate` who acts; `state` in words. `waiting` and `in_force` say what can be done."""

    id: UUID
    principal: str
    delegate: str
    by: str
    what: str
    ends_on: date
    asked_at: datetime
    state: str
    waiting: bool
    in_force: bool
    finess: str


def shown(requests: Sequence[DelegationRequest], *, now: datetime) -> list[Shown]:
    """Three queries for any number (their grants and users are expected to be selected with them)."""
    people = _people(requests)
    structures = dict(manageable().filter(finess__in=[one.finess for one in requests]).values_list("finess", "name"))
    authors = named(one.asked_by for one in requests)
    return [
        Shown(
            id=one.pk,
            principal=people.get(one.national_id) or structures.get(one.finess) or one.national_id or one.finess,
            delegate=_delegate(one, people),
            by=authors[one.asked_by],
            what=_what(one),
            ends_on=one.ends_on,
            asked_at=one.asked_at,
            state=_state(one, now),
            waiting=one.state == DelegationState.ASKED,
            in_force=in_force(one, now),
            finess=one.finess,
        )
        for one in requests
    ]


def in_force(request: DelegationRequest, now: datetime) -> bool:
    """Does the right still hold? An admin may have ended it elsewhere."""
    given = request.grant
    return (
        request.state == DelegationState.ACCEPTED and given is not None and (not given.ends_at or given.ends_at > now)
    )


def _state(request: DelegationRequest, now: datetime) -> str:
    if request.state == DelegationState.ACCEPTED:
        return "en vigueur" if in_force(request, now) else "échue"
    return str(DelegationState(request.state).label)


def _what(request: DelegationRequest) -> str:
    if request.finess:
        return "Fiche, territoire, membres, invitations et imports"
    if not request.scopes:
        return "Tout"
    first, *others = (str(DelegateScope(one).label) for one in request.scopes)
    return " ; ".join([first, *map(within, others)])


def _delegate(request: DelegationRequest, people: dict[str, str]) -> str:
    """What he was named by, with his name once he accepted; before that only if the directory says it to everybody."""
    given = request.delegate_id or request.delegate_email
    name = people.get(request.delegate_id) or (request.grant.user.get_full_name() if request.grant else "")
    return f"{name} ({given})" if name else given


def _people(requests: Iterable[DelegationRequest]) -> dict[str, str]:
    ids = {one for request in requests for one in (request.national_id, request.delegate_id) if one}
    return {one.national_id: name_of(one) for one in Practitioner.objects.filter(national_id__in=ids)}
