"""How often one browser and one address may ask, where nobody has to sign in."""

import hashlib
import time
from typing import Literal

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from agenda.patients.owning import known_owner
from sasportal.accounts import session_rules

Action = Literal["search", "suggest", "follow"]
WINDOW_SECONDS = 300


def may(request: HttpRequest, action: Action) -> bool:
    """Count one more; False beyond what PATIENT_LIMITS grants a browser or an address in five minutes.

    A browser that has not searched yet is counted by its address alone.
    """
    by_browser, by_address = settings.PATIENT_LIMITS[action]
    owner = known_owner(request)
    within = counted(action, "address", get_adapter().get_client_ip(request)) <= by_address
    return within and (not owner or counted(action, "browser", owner) <= by_browser)


def counted(action: str, kind: str, who: str) -> int:
    """How many times in this window, this one included; nobody's address or key is kept in clear.

    When the shared store is away nothing is refused: the page still says what it knows.
    """
    window = int(time.time() // WINDOW_SECONDS)
    name = f"patient-limit:{action}:{kind}:{window}:{hashlib.sha256(who.encode()).hexdigest()}"
    try:
        cache.add(name, 0, timeout=2 * WINDOW_SECONDS)
        return int(cache.incr(name))
    except (RedisError, ValueError):
        return 0


def too_many(request: HttpRequest) -> HttpResponse:
    """Say what happened and what to do; a script reads the status alone."""
    answer = JsonResponse({}) if session_rules.by_script(request) else render(request, "patient/too_many.html")
    answer.status_code = 429
    answer["Retry-After"] = str(WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS)
    return answer
