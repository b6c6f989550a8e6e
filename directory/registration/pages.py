"""What pages of registration requests share: who may open the page of a request, and the ways around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from directory.models import RegistrationRequest
from directory.registration.requests import managed_by, requests_of
from directory.registration.review import OwnRequest
from sasportal.accounts.charge import OutsideCharge
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import role_required
from sasportal.accounts.space import MANAGERS
from sasportal.accounts.views import person

View = Callable[..., HttpResponse]
FORM_METHODS = ["GET", "HEAD", "POST"]


def read_page(view: View) -> View:
    """Give the view a request its actor may read: 404 otherwise."""
    return _page(view, MANAGERS, requests_of)


def written_page(view: View) -> View:
    """Give the view a request of an account manager; nobody else writes."""
    return _page(view, (Role.ACCOUNT_MANAGER,), managed_by)


def reviewed_page(view: View) -> View:
    """Give the view a request an administrator examines."""
    return _page(view, (Role.ADMIN,), requests_of)


def _page(view: View, roles: tuple[Role, ...], seen: Callable[[User], QuerySet[RegistrationRequest]]) -> View:
    @wraps(view)
    @role_required(*roles)
    def guarded(request: HttpRequest, request_id: UUID, **more: Any) -> HttpResponse:
        mine = seen(person(request)).select_related("territory", "created_by", "certified_by", "account")
        found = mine.filter(pk=request_id).first()
        if found is None:
            raise Http404
        try:
            return view(request, found, **more)
        except (OutsideCharge, OwnRequest):
            raise PermissionDenied from None

    return guarded


def list_crumb() -> tuple[str, str]:
    return "Demandes d’inscription", reverse("directory:registration:list")


def crumb_of(registration: RegistrationRequest) -> tuple[str, str]:
    label = registration.number or f"Brouillon : {registration.name}"
    return label, reverse("directory:registration:detail", args=[registration.pk])


def to_page_of(registration: RegistrationRequest) -> HttpResponse:
    return redirect("directory:registration:detail", registration.pk)
