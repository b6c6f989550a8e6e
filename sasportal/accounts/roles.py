"""Who holds which role now, and the checks every view starts with (deny by default)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sasportal.accounts.models import RegulatorKind, Role, RoleGrant, User, UserKind


def grants_now(user: User) -> QuerySet[RoleGrant]:
    """Rights in force at this instant."""
    return in_force(timezone.now()).filter(user=user)


def in_force(now: datetime) -> QuerySet[RoleGrant]:
    """Everybody's rights in force at `now`."""
    return RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)


def account(user_id: Any) -> User | None:
    """Read the account of a session with the roles it holds now: one query for what nearly every page asks."""
    held = in_force(timezone.now()).filter(user=OuterRef("pk")).order_by("pk")
    roles, kinds = (ArraySubquery(held.values(column)) for column in ("role", "regulator_kind"))
    user = User.objects.filter(pk=user_id).annotate(roles_held=roles, kinds_held=kinds).first()
    if user is not None:
        user._roles_now = frozenset(user.roles_held)
        user._kinds_now = frozenset(user.kinds_held) - {""}
    return user


def roles_now(user: User) -> frozenset[str]:
    """Names of the roles in force, read once for each user object."""
    if not hasattr(user, "_roles_now"):
        user._roles_now = frozenset(grants_now(user).values_list("role", flat=True))
    return user._roles_now


def is_ioa(user: Any) -> bool:
    """Does this person regulate as an emergency reception nurse, who may reorient patients?"""
    if not has_role(user, Role.REGULATOR):
        return False
    if not hasattr(user, "_kinds_now"):
        user._kinds_now = frozenset(grants_now(user).values_list("regulator_kind", flat=True))
    return RegulatorKind.IOA in user._kinds_now


def has_role(user: Any, *roles: Role) -> bool:
    """Tell whether a professional holds one of `roles`; a patient's account never does."""
    if not getattr(user, "is_authenticated", False) or not user.is_active or user.kind != UserKind.PROFESSIONAL:
        return False
    return bool(roles_now(user) & set(roles))


def role_required(*roles: Role) -> Callable[..., Any]:
    """Refuse (403) whoever holds none of `roles`; the page itself still checks the object."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not has_role(request.user, *roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
