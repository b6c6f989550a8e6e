"""The space where regulators' accounts are managed: its menu, and the path that leads to a page of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from sasportal.accounts import navigation
from sasportal.accounts.models import Role
from sasportal.accounts.roles import has_role

MANAGERS = (Role.ACCOUNT_MANAGER, Role.ADMIN)
REQUESTS = "Demandes d’inscription"
AT_EDITORS_TITLE = "Comptes chez les éditeurs"
# Counts the requests that came back to somebody with a question
TO_COMPLETE = "directory.registration.requests.to_complete"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked before an act that somebody will feel (`sas/confirm.html`)."""

    title: str
    text: str
    button: str


def space(request: HttpRequest, *crumbs: tuple[str, str]) -> dict[str, Any]:
    """Return what `sas/space.html` shows around a page; the last of `crumbs` is the page itself, without address."""
    back = import_string(TO_COMPLETE)(request.user)
    lines = [
        ("Régulateurs", reverse("accounts:regulators")),
        (AT_EDITORS_TITLE, reverse("agenda:accounts:matrix")),
        (f"{REQUESTS} ({back} à compléter)" if back else REQUESTS, reverse("directory:registration:list")),
    ]
    root = [("Administration", reverse("accounts:administration"))] if has_role(request.user, Role.ADMIN) else []
    trail = [*root, *crumbs] if root or len(crumbs) > 1 else []
    return {"menu_title": "Comptes", "menu": navigation.menu(request.path, *lines), "trail": trail}
