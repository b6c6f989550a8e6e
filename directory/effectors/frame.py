"""What surrounds every page about one effector: his menu, and for whom one acts."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from directory.effectors.rights import Effector
from sasportal.accounts.models import DelegateScope, Role
from sasportal.accounts.navigation import menu
from sasportal.accounts.roles import has_role

# (label, name of the address, what one must be allowed to do to open it); the pages stand in the app that shows them
PAGES: tuple[tuple[str, str, DelegateScope | None], ...] = (
    ("Accueil", "booking:effector_home", None),
    ("Ce que le 15 voit", "agenda:effector:seen", None),
    ("Participation au SAS", "agenda:effector:participation", DelegateScope.DECLARATION),
    ("Agenda du portail", "agenda:own:week", DelegateScope.AGENDA),
    ("Patients orientés", "booking:effector_patients", DelegateScope.FOLLOW),
    ("Rendez-vous pris en ligne", "booking:effector_bookings", DelegateScope.FOLLOW),
    ("Absences", "agenda:effector:absences", DelegateScope.SETTINGS),
    ("Lieux et téléphones", "agenda:effector:places", DelegateScope.SETTINGS),
    ("Réglages", "agenda:effector:settings", DelegateScope.SETTINGS),
)
OF_THE_PRACTICE_ALONE = "booking:effector_bookings"
DELEGATES = ("Délégués", "directory:delegations:of_practitioner")


def frame(request: HttpRequest, effector: Effector) -> dict[str, Any]:
    """Context of `sas/space.html` for this effector."""
    pages = [(label, name) for label, name, scope in PAGES if scope is None or scope in effector.scopes]
    if has_role(request.user, Role.ADMIN) and effector.on_behalf:  # who the patients are is the practice's alone
        pages = [page for page in pages if page[1] != OF_THE_PRACTICE_ALONE]
    if not effector.on_behalf or has_role(request.user, Role.ADMIN):  # a delegate names no other
        pages.append(DELEGATES)
    lines = [(label, reverse(name, args=[effector.national_id])) for label, name in pages]
    return {
        "effector": effector,
        "menu": menu(request.path, *lines),
        "menu_title": effector.name if effector.on_behalf else "Mon espace",
        "for_whom": effector.name if effector.on_behalf else "",
    }
