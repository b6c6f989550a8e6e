"""What every page knows: who is signed in, and what this portal is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sasportal.accounts.navigation import entries
from sasportal.accounts.sides import frame_of_side


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "DEMO": settings.DEMO,
        "PSC_OFFERED": bool(settings.PSC_ISSUER),
        "PSC_BUTTON_IMAGE": settings.PSC_BUTTON_IMAGE,
        "FRANCECONNECT_OFFERED": bool(settings.FRANCECONNECT_ISSUER),
        "FRANCECONNECT_BUTTON_IMAGE": settings.FRANCECONNECT_BUTTON_IMAGE,
        "NAVIGATION": entries(getattr(request, "user", None)),
        # Pages that both sides share, errors first, look like the side they are opened on
        "SIDE": frame_of_side(request),
    }
