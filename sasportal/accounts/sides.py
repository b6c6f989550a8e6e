"""The two sides of the site: professionals at the root, patients under `/patient/`. An account belongs to one."""

from django.http import HttpRequest

from sasportal.accounts.models import UserKind

PATIENTS = "/patient/"
# The library's pages, under the addresses of that side
PATIENTS_URLCONF = "sasportal.patient_urls"


def on_patients_side(request: HttpRequest | None) -> bool:
    return request is not None and request.path_info.startswith(PATIENTS)


def frame_of_side(request: HttpRequest | None) -> str:
    """Return the template that pages of this side extend."""
    return "patient/base.html" if on_patients_side(request) else "base.html"


def kind_of_side(request: HttpRequest | None) -> UserKind:
    """Return the kind of account this address is meant for."""
    return UserKind.PATIENT if on_patients_side(request) else UserKind.PROFESSIONAL
