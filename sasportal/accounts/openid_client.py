"""Speaking to an OpenID provider over HTTP: always with time and size limits, never a redirect followed."""

import time
from typing import Any

import msgspec
import requests
from django.conf import settings
from django.core.cache import cache

LARGEST_ANSWER = 256 * 1024
KEYS_KEPT_SECONDS = 3600
KEYS_ASKED_AGAIN_SECONDS = 10  # at most one refetch in this time, whatever `kid`s strangers send


class ProviderUnavailable(Exception):
    """No usable answer in time; trying again may help."""


class ProviderRefused(Exception):
    """The provider answered no (used or expired code, wrong client…)."""


def signing_keys(provider: str, url: str) -> list[dict[str, Any]]:
    """Return the provider's public keys, from the shared store when it has them."""
    keys = cache.get(f"{provider}:jwks")
    return keys if keys is not None else _fetch_keys(provider, url)


def signing_keys_asked_again(provider: str, url: str) -> list[dict[str, Any]]:
    """Return the keys as they are now, for a `kid` not seen before; refuses to ask in a loop."""
    if not cache.add(f"{provider}:jwks:asked-again", 1, timeout=KEYS_ASKED_AGAIN_SECONDS):
        return signing_keys(provider, url)
    return _fetch_keys(provider, url)


def _fetch_keys(provider: str, url: str) -> list[dict[str, Any]]:
    keys = json_object(send("GET", url)[0]).get("keys")
    if not isinstance(keys, list):
        raise ProviderUnavailable("keys")
    keys = [key for key in keys if isinstance(key, dict)]
    cache.set(f"{provider}:jwks", keys, timeout=KEYS_KEPT_SECONDS)
    return keys


def send(method: str, url: str, **arguments: Any) -> tuple[bytes, str]:
    """Return the body of a 200 answer and its media type; raise ProviderUnavailable or ProviderRefused."""
    deadline = time.monotonic() + settings.OIDC_TIMEOUT
    try:
        with requests.request(
            method, url, timeout=settings.OIDC_TIMEOUT, allow_redirects=False, stream=True, **arguments
        ) as response:
            body = _read(response, deadline)
    except requests.RequestException as error:
        raise ProviderUnavailable(type(error).__name__) from error
    if response.status_code in (400, 401, 403):
        raise ProviderRefused(str(response.status_code))
    if response.status_code != 200:
        raise ProviderUnavailable(str(response.status_code))
    return body, response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def json_object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ProviderUnavailable("not JSON") from error


def _read(response: requests.Response, deadline: float) -> bytes:
    """Read a body that may come drop by drop, or never end."""
    body = b""
    for chunk in response.iter_content(16 * 1024):
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
            raise ProviderUnavailable("too long")
    return body
