"""What makes a token of Pro Santé Connect acceptable (identity.md). Everything else is refused.

The OpenID library checks the signature and the nonce only; the rest is here.
"""

from collections.abc import Sequence
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from sasportal.accounts import psc_client

ALGORITHM = "RS256"
LEEWAY_SECONDS = 60
LOGOUT_TOKEN_SECONDS = 600
ACCEPTED_ACR = frozenset({"eidas1", "eidas2", "eidas3"})
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class TokenRefused(Exception):
    """The token is not acceptable; the message is a short code, without any part of the token."""


def read_id_token(token: Any, *, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token meant for us, now, for this very request."""
    claims = read_signed(token, required=["iss", "aud", "exp", "iat", "sub"])
    _check_party(claims)
    if not nonce or not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise TokenRefused("nonce")
    if not _filled(claims.get("acr")) or claims["acr"] not in ACCEPTED_ACR:
        raise TokenRefused("acr")
    if not _filled(claims["sub"]):
        raise TokenRefused("sub")
    return claims


def read_logout_token(token: Any) -> dict[str, Any]:
    """Return the claims of a back-channel logout token; its `jti` is still to be used up by the caller."""
    claims = read_signed(token, required=["iss", "aud", "iat", "jti", "events"])
    if "nonce" in claims:
        raise TokenRefused("nonce")
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenRefused("events")
    if (
        not isinstance(claims["iat"], int | float)
        or claims["iat"] < timezone.now().timestamp() - LOGOUT_TOKEN_SECONDS - LEEWAY_SECONDS
    ):
        raise TokenRefused("iat")
    if not (_filled(claims.get("sid")) or _filled(claims.get("sub"))):
        raise TokenRefused("sid")
    if not _filled(claims["jti"]):
        raise TokenRefused("jti")
    return claims


def read_signed(token: Any, *, required: Sequence[str]) -> dict[str, Any]:
    """Check the signature, `iss`, `aud` and times of any token the provider signs for us."""
    if not isinstance(token, str):
        raise TokenRefused("missing")
    key = _key_of(token)
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=settings.OIDC_RP_CLIENT_ID,
            issuer=settings.PSC_ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": list(required)},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise TokenRefused(type(error).__name__) from error


def _check_party(claims: dict[str, Any]) -> None:
    """A token for several audiences must have been issued to us: `azp` says to whom."""
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != settings.OIDC_RP_CLIENT_ID:
        raise TokenRefused("azp")


def _key_of(token: str) -> jwt.PyJWK:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused("header") from error
    if header.get("alg") != ALGORITHM:
        raise TokenRefused("alg")
    kid = header.get("kid")
    key = _find(psc_client.signing_keys(), kid) or _find(psc_client.signing_keys_asked_again(), kid)
    if key is None:
        raise TokenRefused("kid")
    return key


def _find(keys: list[dict[str, Any]], kid: Any) -> jwt.PyJWK | None:
    for key in keys:
        usable = key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and key.get("alg", ALGORITHM) == ALGORITHM
        if kid and usable and key.get("kid") == kid:
            try:
                return jwt.PyJWK(key, algorithm=ALGORITHM)
            except jwt.PyJWTError as error:
                raise TokenRefused("key") from error
    return None


def _filled(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255
