"""Who sees which editor: administrators all of them, an editor's staff their own, to read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from agenda.models import Editor
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import grants_now, has_role, role_required
from sasportal.accounts.views import person

View = Callable[..., HttpResponse]
READERS = (Role.EDITOR, Role.ADMIN)


def editors_of(user: User) -> QuerySet[Editor]:
    if has_role(user, Role.ADMIN):
        return Editor.objects.all()
    own = grants_now(user).filter(role=Role.EDITOR).values("editor_id")
    return Editor.objects.filter(pk__in=own)


def editor_page(view: View) -> View:
    """Give the view the editor its address names; 403 for somebody else's, existing or not."""

    @wraps(view)
    @role_required(*READERS)
    def guarded(request: HttpRequest, editor_id: int, **more: Any) -> HttpResponse:
        found = editors_of(person(request))
        if has_role(request.user, Role.ADMIN):
            return view(request, get_object_or_404(found, pk=editor_id), **more)
        editor = found.filter(pk=editor_id).first()
        if editor is None:
            raise PermissionDenied
        return view(request, editor, **more)

    return guarded
