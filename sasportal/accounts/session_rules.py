"""How long a session lasts: 30 minutes without activity, 4 hours in all (identity.md).

Activity is kept in the shared store, not in the session row: no write to the database at each
page, no lost update between two requests of one session. When the store was emptied the last
known activity is the sign-in.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

STARTED = "sas_started"
BACKGROUND_HEADER = "X-SAS-Background"


@dataclass(frozen=True, kw_only=True)
class TimeLeft:
    """Whole seconds before this session ends, for lack of activity or in any case."""

    idle: int
    absolute: int

    @property
    def over(self) -> bool:
        return self.idle <= 0 or self.absolute <= 0


def begin(request: HttpRequest) -> None:
    """Start both clocks; called at sign-in, and at first sight of a session opened otherwise."""
    now = timezone.now().timestamp()
    request.session[STARTED] = now
    _note_activity(request, now)


def time_left(request: HttpRequest) -> TimeLeft:
    now = timezone.now().timestamp()
    started = float(request.session[STARTED])
    seen = max(started, float(cache.get(_key(request)) or 0))
    return TimeLeft(
        idle=int(seen + settings.SESSION_IDLE_SECONDS - now),
        absolute=int(started + settings.SESSION_ABSOLUTE_SECONDS - now),
    )


def extend(request: HttpRequest) -> None:
    """Count this instant as activity of the person."""
    _note_activity(request, timezone.now().timestamp())


def in_background(request: HttpRequest) -> bool:
    """Tell whether the page asked by itself, without the person: that is no activity."""
    if request.headers.get(BACKGROUND_HEADER) == "1":
        return True
    return "text/event-stream" in request.headers.get("Accept", "")


def by_script(request: HttpRequest) -> bool:
    """Tell whether a script awaits the answer: it needs a status, not the sign-in page."""
    headers = request.headers
    return (
        in_background(request)
        or headers.get("HX-Request") == "true"
        or headers.get("X-Requested-With") == "XMLHttpRequest"
        or headers.get("Sec-Fetch-Dest") == "empty"
        or headers.get("Accept", "").startswith("application/json")
    )


def _note_activity(request: HttpRequest, now: float) -> None:
    cache.set(_key(request), now, timeout=settings.SESSION_ABSOLUTE_SECONDS)


def _key(request: HttpRequest) -> str:
    return f"session-activity:{request.session.session_key}"
