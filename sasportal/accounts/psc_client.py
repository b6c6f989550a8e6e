"""What is asked of Pro Santé Connect over HTTP (limits and faults: `openid_client.py`)."""

from typing import Any

from django.conf import settings

from sasportal.accounts.openid_client import ProviderRefused as PscRefused
from sasportal.accounts.openid_client import ProviderUnavailable as PscUnavailable
from sasportal.accounts.openid_client import json_object, send

__all__ = ["PscRefused", "PscUnavailable", "exchange_code", "read_userinfo", "userinfo"]


def exchange_code(form: dict[str, str]) -> dict[str, Any]:
    """Exchange the authorization code for tokens."""
    return json_object(send("POST", settings.OIDC_OP_TOKEN_ENDPOINT, data=form)[0])


def userinfo(access_token: str) -> tuple[bytes, str]:
    """Return the body of the userinfo answer and its media type (JSON or signed JWT)."""
    return send("GET", settings.OIDC_OP_USER_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"})


def read_userinfo(body: bytes) -> dict[str, Any]:
    return json_object(body)
