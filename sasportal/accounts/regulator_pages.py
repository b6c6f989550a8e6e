"""What pages of account managers share: who may open the page of a regulator, and the ways around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from sasportal.accounts.charge import OutsideCharge, charge_of
from sasportal.accounts.models import User
from sasportal.accounts.regulator_lines import described
from sasportal.accounts.regulators import OwnAccount, regulators_of
from sasportal.accounts.roles import role_required
from sasportal.accounts.space import MANAGERS
from sasportal.accounts.views import person

View = Callable[..., HttpResponse]
FORM_METHODS = ["GET", "HEAD", "POST"]


def regulator_page(view: View) -> View:
    """Give the view the regulator its address names: 404 outside the actor's territories, 403 for what is not his."""

    @wraps(view)
    @role_required(*MANAGERS)
    def guarded(request: HttpRequest, technical_id: UUID, **more: Any) -> HttpResponse:
        user = regulators_shown(request).filter(technical_id=technical_id).first()
        if user is None:
            raise Http404
        try:
            return view(request, user, **more)
        except (OutsideCharge, OwnAccount):
            raise PermissionDenied from None

    return guarded


def regulators_shown(request: HttpRequest) -> QuerySet[User]:
    """Regulators of the territories of whoever asks."""
    return described(regulators_of(charge_of(person(request))), timezone.now())


def list_crumb() -> tuple[str, str]:
    return "Régulateurs", reverse("accounts:regulators")


def crumb_of(user: User) -> tuple[str, str]:
    return str(user), reverse("accounts:regulator", args=[user.technical_id])


def to_page_of(user: User) -> HttpResponse:
    return redirect("accounts:regulator", user.technical_id)
