"""What makes a token of Pro Santé Connect acceptable (identity.md). Everything else is refused.

The OpenID library checks the signature and the nonce only; the rest is here and in `openid_tokens.py`.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from sasportal.accounts import openid_tokens
from sasportal.accounts.openid_tokens import LEEWAY_SECONDS, Issuer, TokenRefused, filled

__all__ = ["TokenRefused", "read_id_token", "read_logout_token", "read_signed"]

LOGOUT_TOKEN_SECONDS = 600
ACCEPTED_ACR = frozenset({"eidas1", "eidas2", "eidas3"})
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def read_id_token(token: Any, *, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token meant for us, now, for this very request."""
    return openid_tokens.read_id_token(token, issuer=_issuer(), nonce=nonce, accepted_acr=ACCEPTED_ACR)


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
    if not (filled(claims.get("sid")) or filled(claims.get("sub"))):
        raise TokenRefused("sid")
    if not filled(claims["jti"]):
        raise TokenRefused("jti")
    return claims


def read_signed(token: Any, *, required: Sequence[str]) -> dict[str, Any]:
    """Check the signature, `iss`, `aud` and times of any token Pro Santé Connect signs for us."""
    return openid_tokens.read_signed(token, issuer=_issuer(), required=required)


def _issuer() -> Issuer:
    return Issuer(
        name="psc",
        issuer=settings.PSC_ISSUER,
        client_id=settings.OIDC_RP_CLIENT_ID,
        keys_url=settings.OIDC_OP_JWKS_ENDPOINT,
        algorithm="RS256",
    )
