"""Examining a request: an administrator takes it, asks for more, approves or rejects."""

from django.db import transaction

from directory.models import RegistrationRequest, RegistrationState
from directory.registration.requests import held, move
from sasportal.accounts import grants
from sasportal.accounts.charge import OutsideCharge
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import has_role
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver


class OwnRequest(Exception):
    """Nobody examines a request he wrote or an identity he certified."""


@transaction.atomic
def take(*, actor: User, request: RegistrationRequest) -> None:
    """Begin to examine; raises OutsideCharge, OwnRequest or NotInThisState."""
    taken = _held(actor, request, RegistrationState.SUBMITTED)
    move(taken, RegistrationState.IN_REVIEW, by=actor)
    _record(actor, "registration_taken", taken)


@transaction.atomic
def ask(*, actor: User, request: RegistrationRequest, question: str) -> None:
    """Send the request back to whoever wrote it, with a question; same refusals as `take`."""
    asked = _held(actor, request, RegistrationState.IN_REVIEW)
    move(asked, RegistrationState.NEEDS_INFORMATION, by=actor, comment=question)
    _record(actor, "registration_question", asked)


@transaction.atomic
def reject(*, actor: User, request: RegistrationRequest, reason: str) -> None:
    """Refuse for good, saying why; same refusals as `take`."""
    rejected = _held(actor, request, RegistrationState.IN_REVIEW)
    move(rejected, RegistrationState.REJECTED, by=actor, comment=reason)
    _record(actor, "registration_rejected", rejected)


@transaction.atomic
def approve(*, actor: User, request: RegistrationRequest) -> User:
    """Create the account, give it its right and write to its owner how to open it.

    Raises AddressTaken when an account got this address meanwhile, and the same refusals as `take`.
    """
    approved = _held(actor, request, RegistrationState.IN_REVIEW)
    user = grants.new_local_account(
        actor=actor, email=approved.email, given_name=approved.given_name, family_name=approved.family_name
    )
    grants.grant(
        actor=actor, user=user, role=Role.REGULATOR, regulator_kind=approved.kind, territory=approved.territory
    )
    move(approved, RegistrationState.APPROVED, by=actor, account=user)
    deliver("registration-approved", key=f"registration_approved:{approved.pk}", request_id=str(approved.pk))
    _record(actor, "registration_approved", approved, account=str(user.technical_id))
    return user


def is_own(actor: User, request: RegistrationRequest) -> bool:
    return actor.pk in {request.created_by_id, request.certified_by_id}


def to_examine() -> int:
    """Count what waits for an administrator."""
    waiting = [RegistrationState.SUBMITTED, RegistrationState.IN_REVIEW]
    return RegistrationRequest.objects.filter(state__in=waiting).count()


def _held(actor: User, request: RegistrationRequest, state: RegistrationState) -> RegistrationRequest:
    if not has_role(actor, Role.ADMIN):
        raise OutsideCharge
    locked = held(request, state)
    if is_own(actor, locked):
        raise OwnRequest
    return locked


def _record(actor: User, action: str, request: RegistrationRequest, **detail: str) -> None:
    trail.record(actor=actor, action=action, target=request.number or str(request.pk), **detail)
