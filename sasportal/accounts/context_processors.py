"""What every page knows: who is signed in, and what this portal is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sasportal.accounts.navigation import entries
from sasportal.accounts.sides import on_patients_side


def portal(request: HttpRequest) -> dict[str, Any]:
    side = "patient/base.html" if on_patients_side(request) else "base.html"
    return {
        "BASE": side,
        "DEMO": settings.DEMO,
        "PSC_OFFERED": bool(settings.PSC_ISSUER),
        "PSC_BUTTON_IMAGE": settings.PSC_BUTTON_IMAGE,
        "FRANCECONNECT_OFFERED": bool(settings.FRANCECONNECT_ISSUER),
        "FRANCECONNECT_BUTTON_IMAGE": settings.FRANCECONNECT_BUTTON_IMAGE,
        "NAVIGATION": entries(getattr(request, "user", None)),
        # Pages that both sides share, errors first, look like the side they are opened on
        "SIDE": side,
    }
