"""What FranceConnect must have signed for us to believe it (identity.md)."""

from typing import Any

from django.conf import settings

from sasportal.accounts import openid_client, openid_tokens
from sasportal.accounts.openid_tokens import Issuer, TokenRefused

ACCEPTED_ACR = frozenset({"eidas1", "eidas2", "eidas3"})


def exchange_code(*, code: str, redirect_uri: str) -> dict[str, Any]:
    """Exchange the authorization code for tokens, our secret in the form (`client_secret_post`)."""
    form = {
        "grant_type": "authorization_code",
        "client_id": settings.FRANCECONNECT_CLIENT_ID,
        "client_secret": settings.FRANCECONNECT_CLIENT_SECRET,
        "code": code,
        "redirect_uri": redirect_uri,
    }
    return openid_client.json_object(openid_client.send("POST", settings.FRANCECONNECT_TOKEN_ENDPOINT, data=form)[0])


def read_id_token(token: Any, *, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token meant for us, now, for this very request."""
    return openid_tokens.read_id_token(token, issuer=_issuer(), nonce=nonce, accepted_acr=ACCEPTED_ACR)


def read_userinfo(access_token: Any, *, subject: str) -> dict[str, Any]:
    """Return what FranceConnect says of the person: a signed token, about the subject of the ID token."""
    if not isinstance(access_token, str) or not access_token:
        raise TokenRefused("access_token")
    headers = {"Authorization": f"Bearer {access_token}"}
    body, media_type = openid_client.send("GET", settings.FRANCECONNECT_USERINFO_ENDPOINT, headers=headers)
    if media_type != "application/jwt":
        raise TokenRefused("userinfo not signed")
    claims = openid_tokens.read_signed(
        body.decode("ascii", "replace"), issuer=_issuer(), required=["iss", "aud", "sub"]
    )
    if claims["sub"] != subject:
        raise TokenRefused("userinfo sub")
    return claims


def _issuer() -> Issuer:
    return Issuer(
        name="franceconnect",
        issuer=settings.FRANCECONNECT_ISSUER,
        client_id=settings.FRANCECONNECT_CLIENT_ID,
        keys_url=settings.FRANCECONNECT_JWKS_ENDPOINT,
        algorithm=settings.FRANCECONNECT_ALGORITHM,
    )
