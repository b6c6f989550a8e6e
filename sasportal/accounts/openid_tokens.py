"""What makes a token of an OpenID provider acceptable: signature, issuer, audience, times, nonce.

The libraries check some of it only; everything that is not accepted here is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from django.utils.crypto import constant_time_compare

from sasportal.accounts import openid_client

LEEWAY_SECONDS = 60
KEY_TYPES = {"RS256": "RSA", "ES256": "EC"}


class TokenRefused(Exception):
    """The token is not acceptable; the message is a short code, without any part of the token."""


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who must have signed a token, and for whom. `name` is that of its keys in the shared store."""

    name: str
    issuer: str
    client_id: str
    keys_url: str
    algorithm: str


def read_id_token(token: Any, *, issuer: Issuer, nonce: str, accepted_acr: frozenset[str]) -> dict[str, Any]:
    """Return the claims of an ID token meant for us, now, for this very request."""
    claims = read_signed(token, issuer=issuer, required=["iss", "aud", "exp", "iat", "sub"])
    check_party(claims, issuer.client_id)
    if not nonce or not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise TokenRefused("nonce")
    if not filled(claims.get("acr")) or claims["acr"] not in accepted_acr:
        raise TokenRefused("acr")
    if not filled(claims["sub"]):
        raise TokenRefused("sub")
    return claims


def read_signed(token: Any, *, issuer: Issuer, required: Sequence[str]) -> dict[str, Any]:
    """Check the signature, `iss`, `aud` and times of any token the provider signs for us."""
    if not isinstance(token, str):
        raise TokenRefused("missing")
    key = _key_of(token, issuer)
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[issuer.algorithm],
            audience=issuer.client_id,
            issuer=issuer.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": list(required)},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise TokenRefused(type(error).__name__) from error


def check_party(claims: dict[str, Any], client_id: str) -> None:
    """A token for several audiences must have been issued to us: `azp` says to whom."""
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != client_id:
        raise TokenRefused("azp")


def filled(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255


def _key_of(token: str, issuer: Issuer) -> jwt.PyJWK:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused("header") from error
    if header.get("alg") != issuer.algorithm:
        raise TokenRefused("alg")
    kid, asked = header.get("kid"), (issuer.name, issuer.keys_url)
    known = openid_client.signing_keys(*asked)
    key = _find(known, kid, issuer) or _find(openid_client.signing_keys_asked_again(*asked), kid, issuer)
    if key is None:
        raise TokenRefused("kid")
    return key


def _find(keys: list[dict[str, Any]], kid: Any, issuer: Issuer) -> jwt.PyJWK | None:
    algorithm = issuer.algorithm
    for key in keys:
        right_kind = key.get("kty") == KEY_TYPES[algorithm] and key.get("alg", algorithm) == algorithm
        if kid and right_kind and key.get("use", "sig") == "sig" and key.get("kid") == kid:
            try:
                return jwt.PyJWK(key, algorithm=algorithm)
            except jwt.PyJWTError as error:
                raise TokenRefused("key") from error
    return None
