"""Back-channel logout: telling each client of a session, by a signed notice, that the session is over."""

import threading
import time
import uuid
from collections.abc import Iterable

import jwt
import requests
from allauth.core.internal import jwkkit
from allauth.idp.oidc.models import Client

from sasportal.sandbox.psc import settings
from sasportal.sandbox.psc.identities import identities

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def send(*, national_id: str, sid: str, client_ids: Iterable[str]) -> None:
    """Send the notices without holding up the page; a client that does not answer is not waited for."""
    notices = [
        (address, _notice(client.id, national_id, sid))
        for client in Client.objects.filter(id__in=list(client_ids))
        if (address := _address(client))
    ]
    threading.Thread(target=_post_all, args=(notices,), daemon=True).start()


def _address(client: Client) -> str:
    return client.data["client_metadata"].get("backchannel_logout_uri", "")


def _notice(client_id: str, national_id: str, sid: str) -> str:
    now = int(time.time())
    claims = {
        "iss": settings.ISSUER,
        "aud": client_id,
        "sub": identities()[national_id].subject,
        "sid": sid,
        "iat": now,
        "exp": now + 120,
        "jti": uuid.uuid4().hex,
        "events": {EVENT: {}},
    }
    public, private = jwkkit.load_jwk_from_pem(settings.IDP_OIDC_PRIVATE_KEY)
    return jwt.encode(claims, private, algorithm="RS256", headers={"kid": public["kid"], "typ": "logout+jwt"})


def _post_all(notices: list[tuple[str, str]]) -> None:
    for address, notice in notices:
        try:
            requests.post(address, data={"logout_token": notice}, timeout=3, allow_redirects=False)
        except requests.RequestException:
            continue  # that client ends its session by itself, in time
