"""The door of every page of an own agenda."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from agenda.own.rights import Agenda, AgendaOfSomebodyElse, EffectorUnknown, load_agenda
from sasportal.accounts.models import User


def agenda_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the agenda its address names; 403 without a right on it, 404 when there is nobody."""

    @wraps(view)
    def guarded(request: HttpRequest, national_id: str, **more: Any) -> HttpResponse:
        return view(request, agenda_or_refusal(request, national_id), **more)

    return guarded


def agenda_or_refusal(request: HttpRequest, national_id: str) -> Agenda:
    try:
        return load_agenda(actor=person(request), national_id=national_id)
    except AgendaOfSomebodyElse:
        raise PermissionDenied from None
    except EffectorUnknown:
        raise Http404 from None


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
