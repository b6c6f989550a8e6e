"""Asking somebody to act for a practitioner or a structure, answering, and ending it: the right follows at once."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from directory.delegations import people
from directory.delegations.people import Delegate
from directory.delegations.principals import Principal, principal_of
from directory.delegations.refusals import (
    AlreadyAsked,
    DelegateOfOneself,
    DelegationClosed,
    EndPast,
    EndTooFar,
    ScopesMissing,
)
from directory.models import DelegationRequest, DelegationState
from sasportal.accounts import grants
from sasportal.accounts.models import DelegateScope, Role, User
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver


class DelegationUnknown(Exception):
    """Nobody asked this person for that."""


def ask(
    *, actor: User, principal: Principal, delegate: str, ends_on: date, scopes: Sequence[str] = ()
) -> DelegationRequest:
    """Ask `delegate` (a national id or an e-mail address) to act for the principal until the end of `ends_on`.

    The principal comes from the module that checked the actor's right on him. Raises a DelegationRefused.
    """
    whom = people.read_delegate(delegate)
    _check(actor, principal, whom, scopes, ends_on)
    new = DelegationRequest(
        **principal.key, delegate_id=whom.national_id, delegate_email=whom.email, ends_on=ends_on,
        scopes=[one for one in DelegateScope.values if one in scopes], asked_by=trail.name_of(actor),
    )  # fmt: skip
    try:
        with transaction.atomic():
            new.save(force_insert=True)
            if people.address_of(new):
                deliver("delegation-asked", key=f"delegation-asked:{new.pk}", request=str(new.pk))
            _record(actor, "delegation.asked", new)
    except IntegrityError as error:
        raise AlreadyAsked from error
    return new


@transaction.atomic
def accept(*, actor: User, request_id: UUID) -> DelegationRequest:
    """Take it on: the right holds from now on, in place of one given before by the same principal.

    Raises DelegationUnknown, DelegationClosed, DelegateOfOneself.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # accounts before requests before the trail
    request = asked_of(actor, request_id)
    if request.national_id and request.national_id == actor.national_id:
        raise DelegateOfOneself
    ends_at = end_of(request.ends_on, people.zone_of(request))
    if ends_at <= timezone.now():
        raise DelegationClosed
    _leave(request, DelegationState.ASKED, DelegationState.ACCEPTED, answered_at=timezone.now())
    for former in _in_force(request, actor):
        _end(former, actor=actor)
    request.grant = grants.grant(
        actor=actor, user=actor, role=Role.DELEGATE, finess=request.finess, national_id=request.national_id,
        scopes=request.scopes, ends_at=ends_at,
    )  # fmt: skip
    request.save(update_fields=["grant"])
    _tell_asker(request)
    _record(actor, "delegation.accepted", request)
    return request


@transaction.atomic
def decline(*, actor: User, request_id: UUID) -> DelegationRequest:
    """Raises DelegationUnknown, DelegationClosed."""
    request = asked_of(actor, request_id)
    _leave(request, DelegationState.ASKED, DelegationState.DECLINED, answered_at=timezone.now())
    _tell_asker(request)
    _record(actor, "delegation.declined", request)
    return request


@transaction.atomic
def end(*, actor: User, request: DelegationRequest) -> None:
    """Take back what is not answered yet, or end the right at once: by the principal, or by the delegate himself.

    Raises DelegationClosed, and those of principal_of.
    """
    is_delegate = request.grant is not None and request.grant.user_id == actor.pk
    if not is_delegate:
        principal_of(request, actor=actor)
    if request.state == DelegationState.ASKED:
        _leave(request, DelegationState.ASKED, DelegationState.WITHDRAWN)
        _record(actor, "delegation.withdrawn", request)
        return
    _end(request, actor=actor)
    deliver("delegation-ended", key=f"delegation-ended:{request.pk}", request=str(request.pk))


def asked_of(actor: User, request_id: UUID) -> DelegationRequest:
    """Load a request that names this person; raises DelegationUnknown."""
    request = people.named(actor).filter(pk=request_id).first()
    if request is None:
        raise DelegationUnknown
    return request


def end_of(day: date, zone: str) -> datetime:
    """The instant after the last one of this day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def latest_end(today: date) -> date:
    """Two years, the shorter of both where there is a 29 February."""
    return today.replace(year=today.year + 2, day=min(today.day, 28) if today.month == 2 else today.day)


def _check(actor: User, principal: Principal, whom: Delegate, scopes: Sequence[str], ends_on: date) -> None:
    today = timezone.now().astimezone(ZoneInfo(principal.zone)).date()
    if people.is_one_of(whom, actor, principal):
        raise DelegateOfOneself
    if principal.national_id and not set(scopes) & set(DelegateScope.values):
        raise ScopesMissing
    if ends_on < today:
        raise EndPast
    if ends_on > latest_end(today):
        raise EndTooFar(latest_end(today))


def _leave(request: DelegationRequest, state: DelegationState, to: DelegationState, **more: object) -> None:
    """Leave a state, once."""
    if not DelegationRequest.objects.filter(pk=request.pk, state=state).update(state=to, **more):
        raise DelegationClosed
    request.refresh_from_db()


def _in_force(request: DelegationRequest, delegate: User) -> QuerySet[DelegationRequest]:
    """What the same principal gave this person before."""
    given = DelegationRequest.objects.filter(
        national_id=request.national_id, finess=request.finess, state=DelegationState.ACCEPTED, grant__user=delegate
    )
    return given.exclude(pk=request.pk).select_related("grant__user", "grant__territory")


def _end(request: DelegationRequest, *, actor: User) -> None:
    _leave(
        request, DelegationState.ACCEPTED, DelegationState.REVOKED, revoked_by=trail.name_of(actor),
        revoked_at=timezone.now(),
    )  # fmt: skip
    if request.grant is not None:
        grants.revoke(actor=actor, given=request.grant)
    _record(actor, "delegation.revoked", request)


def _tell_asker(request: DelegationRequest) -> None:
    deliver("delegation-answered", key=f"delegation-answered:{request.pk}", request=str(request.pk))


def _record(actor: User, action: str, request: DelegationRequest) -> None:
    trail.record(
        actor=actor, action=action, target=request.national_id or request.finess, request=str(request.pk),
        delegate=request.delegate_id, scopes=list(request.scopes), ends_on=request.ends_on.isoformat(),
    )  # fmt: skip
