"""The door of every page about one structure."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from directory.communities.rights import Managed, Part, StructureOfSomebodyElse, StructureUnknown, load_structure
from directory.effectors.access import person

View = Callable[..., HttpResponseBase]


def structure_page(part: Part | None = None) -> Callable[[View], View]:
    """Give the view the structure its address names; 403 without a right on it, 404 when it has no such part."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, code: str, **more: Any) -> HttpResponseBase:
            return view(request, structure_or_refusal(request, code, part), **more)

        return guarded

    return decorate


def structure_or_refusal(request: HttpRequest, code: str, part: Part | None) -> Managed:
    try:
        return load_structure(actor=person(request), code=code, part=part)
    except StructureOfSomebodyElse:
        raise PermissionDenied from None
    except StructureUnknown:
        raise Http404 from None
