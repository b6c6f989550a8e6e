"""What the pages of one structure share: its menu, the path that leads there, for whom one acts."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from directory.communities.rights import Managed, Part
from sasportal.accounts.navigation import menu

LIST = "directory:communities:list"
# (label, address, part of the structure)
MENU = (
    ("Vue d’ensemble", "directory:communities:overview", None),
    ("Fiche", "directory:communities:profile", Part.PROFILE),
    ("Territoire", "directory:communities:territory", Part.TERRITORY),
    ("Membres", "directory:communities:members", Part.MEMBERS),
    ("Invitations", "directory:communities:invitations", Part.MEMBERS),
    ("Importer une liste", "directory:communities:imports", Part.MEMBERS),
    ("Délégués", "directory:delegations:of_structure", Part.DELEGATES),
)


def space(request: HttpRequest, managed: Managed, *crumbs: tuple[str, str]) -> dict[str, Any]:
    """Context of sas/space.html; `crumbs` lead from the structure to this page, the last one without address."""
    home = reverse("directory:communities:overview", args=[managed.code])
    shown = [(label, name) for label, name, part in MENU if part is None or part in managed.parts]
    return {
        "structure": managed,
        "menu": menu(request.path, *((label, reverse(name, args=[managed.code])) for label, name in shown)),
        "menu_title": managed.name,
        "trail": [("Structures", reverse(LIST)), (managed.name, home if crumbs else ""), *crumbs],
        "for_whom": managed.name if managed.on_behalf else "",
    }
