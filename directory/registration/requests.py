"""Which requests somebody sees, and how one passes from a state to the next."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from directory.models import RegistrationEvent, RegistrationRequest, RegistrationState
from directory.models.registration import ENDED
from sasportal.accounts.charge import charge_of
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import has_role


class NotInThisState(Exception):
    """The request has moved on: what was asked of it no longer applies."""


def requests_of(actor: User) -> QuerySet[RegistrationRequest]:
    """Those this person may read: his to manage, and for an administrator all that were submitted."""
    if not has_role(actor, Role.ADMIN):
        return managed_by(actor)
    return managed_by(actor) | RegistrationRequest.objects.filter(number__isnull=False)


def managed_by(actor: User) -> QuerySet[RegistrationRequest]:
    """Those of the territories an account manager is in charge of, and those he has not sent yet."""
    if not has_role(actor, Role.ACCOUNT_MANAGER):
        return RegistrationRequest.objects.none()
    of_territories = Q(territory__isnull=False) & charge_of(actor).within("territory__")
    return RegistrationRequest.objects.filter(of_territories | Q(number=None, created_by=actor))


def to_complete(actor: User) -> int:
    """Count those that came back to this manager with a question."""
    return managed_by(actor).filter(state=RegistrationState.NEEDS_INFORMATION).count()


def held(request: RegistrationRequest, *states: RegistrationState) -> RegistrationRequest:
    """Lock the request for the transaction; raises NotInThisState unless it is in one of `states`."""
    locked = RegistrationRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if locked.state not in states:
        raise NotInThisState
    return locked


def move(
    request: RegistrationRequest, state: RegistrationState, *, by: User | None, comment: str = "", **columns: Any
) -> None:
    """Write the new state of a locked request, and what changes with it, and remember it in the history."""
    now = timezone.now()
    changed = {"state": state, "updated_at": now, "ended_at": now if state in ENDED else None} | columns
    for name, value in changed.items():
        setattr(request, name, value)
    request.save(update_fields=list(changed))
    RegistrationEvent.objects.create(request=request, state=state, at=now, by=by, comment=comment)
