"""The door of every page about one effector."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from directory.effectors.rights import Effector, EffectorOfSomebodyElse, EffectorUnknown, load_effector
from sasportal.accounts.models import DelegateScope, User

View = Callable[..., HttpResponse]


def effector_page(scope: DelegateScope | None = None) -> Callable[[View], View]:
    """Give the view the effector its address names; 403 without a right in `scope`, 404 when there is nobody."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, national_id: str, **more: Any) -> HttpResponse:
            return view(request, effector_or_refusal(request, national_id, scope), **more)

        return guarded

    return decorate


def effector_or_refusal(request: HttpRequest, national_id: str, scope: DelegateScope | None) -> Effector:
    try:
        return load_effector(actor=person(request), national_id=national_id, scope=scope)
    except EffectorOfSomebodyElse:
        raise PermissionDenied from None
    except EffectorUnknown:
        raise Http404 from None


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
