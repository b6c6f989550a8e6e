"""What became of a click, kept some minutes for the panel beside the list."""

import hashlib
from typing import Any

from django.core.cache import cache

from sasportal.accounts.models import User

KEPT_SECONDS = 15 * 60
CHECKING, GONE, UNKNOWN, OPENED = "checking", "gone", "unknown", "opened"


def remember(user: User, slot_key: str, state: str, **more: Any) -> None:
    cache.set(_key(user, slot_key), {"state": state, **more}, timeout=KEPT_SECONDS)


def remembered(user: User, slot_key: str) -> dict[str, Any]:
    """Return `state` and, for GONE, `alternatives`; empty when this slot was not chosen lately."""
    found: dict[str, Any] = cache.get(_key(user, slot_key)) or {}
    return found


def _key(user: User, slot_key: str) -> str:
    return f"booking:choice:{user.pk}:{hashlib.sha256(slot_key.encode()).hexdigest()}"
