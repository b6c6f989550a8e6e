"""Five failed passwords lock an address for 15 minutes, whether or not an account has it."""

import hashlib

from django.core.cache import cache

FAILURES_ALLOWED = 5
LOCKED_SECONDS = 15 * 60


def is_locked(email: str) -> bool:
    return cache.get(_key("locked", email)) is not None


def note_failure(email: str) -> None:
    """Count a failure; the fifth within 15 minutes of the one before locks from now."""
    counter = _key("failures", email)
    cache.add(counter, 0, timeout=LOCKED_SECONDS)
    try:
        failures = cache.incr(counter)
    except ValueError:  # it expired between the two lines
        failures = 1
        cache.set(counter, failures, timeout=LOCKED_SECONDS)
    cache.touch(counter, LOCKED_SECONDS)
    if failures >= FAILURES_ALLOWED:
        cache.set(_key("locked", email), 1, timeout=LOCKED_SECONDS)
        cache.delete(counter)


def forget_failures(email: str) -> None:
    cache.delete(_key("failures", email))


def _key(what: str, email: str) -> str:
    return f"sign-in-{what}:{hashlib.sha256(email.strip().lower().encode()).hexdigest()}"
