"""Speaking to Pro Santé Connect over HTTP: always with time and size limits, never a redirect followed."""

import time
from typing import Any

import msgspec
import requests
from django.conf import settings
from django.core.cache import cache

LARGEST_ANSWER = 256 * 1024
KEYS_KEPT_SECONDS = 3600
KEYS_ASKED_AGAIN_SECONDS = 10  # at most one refetch in this time, whatever `kid`s strangers send
CACHED_KEYS = "psc:jwks"


class PscUnavailable(Exception):
    """No usable answer in time; trying again may help."""


class PscRefused(Exception):
    """Pro Santé Connect answered no (used or expired code, wrong client…)."""


def exchange_code(form: dict[str, str]) -> dict[str, Any]:
    """Exchange the authorization code for tokens."""
    return _json_object(_send("POST", settings.OIDC_OP_TOKEN_ENDPOINT, data=form)[0])


def userinfo(access_token: str) -> tuple[bytes, str]:
    """Return the body of the userinfo answer and its media type (JSON or signed JWT)."""
    return _send("GET", settings.OIDC_OP_USER_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"})


def read_userinfo(body: bytes) -> dict[str, Any]:
    return _json_object(body)


def signing_keys() -> list[dict[str, Any]]:
    """Return the provider's public keys, from the shared store when it has them."""
    keys = cache.get(CACHED_KEYS)
    return keys if keys is not None else _fetch_keys()


def signing_keys_asked_again() -> list[dict[str, Any]]:
    """Return the keys as they are now, for a `kid` not seen before; refuses to ask in a loop."""
    if not cache.add(f"{CACHED_KEYS}:asked-again", 1, timeout=KEYS_ASKED_AGAIN_SECONDS):
        return signing_keys()
    return _fetch_keys()


def _fetch_keys() -> list[dict[str, Any]]:
    keys = _json_object(_send("GET", settings.OIDC_OP_JWKS_ENDPOINT)[0]).get("keys")
    if not isinstance(keys, list):
        raise PscUnavailable("keys")
    keys = [key for key in keys if isinstance(key, dict)]
    cache.set(CACHED_KEYS, keys, timeout=KEYS_KEPT_SECONDS)
    return keys


def _send(method: str, url: str, **arguments: Any) -> tuple[bytes, str]:
    deadline = time.monotonic() + settings.OIDC_TIMEOUT
    try:
        with requests.request(
            method, url, timeout=settings.OIDC_TIMEOUT, allow_redirects=False, stream=True, **arguments
        ) as response:
            body = _read(response, deadline)
    except requests.RequestException as error:
        raise PscUnavailable(type(error).__name__) from error
    if response.status_code in (400, 401, 403):
        raise PscRefused(str(response.status_code))
    if response.status_code != 200:
        raise PscUnavailable(str(response.status_code))
    return body, response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _read(response: requests.Response, deadline: float) -> bytes:
    """Read a body that may come drop by drop, or never end."""
    body = b""
    for chunk in response.iter_content(16 * 1024):
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
            raise PscUnavailable("too long")
    return body


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise PscUnavailable("not JSON") from error
