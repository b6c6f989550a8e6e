"""What a service asks, checked as FranceConnect v2 checks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

SHORTEST = 22  # characters of `state` and `nonce`


class RequestRefused(Exception):
    """The request is not acceptable; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An acceptable authorization request, kept until a person is chosen."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    scope: tuple[str, ...]
    acr: str

    def answer(self, **parameters: str) -> str:
        """Return the address that goes back to the service."""
        return f"{self.redirect_uri}?{urlencode(parameters | {'state': self.state})}"


def read(query: Mapping[str, str], clients: Mapping[str, dict[str, Any]]) -> Asked:
    client = clients.get(query.get("client_id", ""))
    if client is None:
        raise RequestRefused("client_id inconnu")
    if query.get("redirect_uri") not in client["redirect_uris"]:
        raise RequestRefused("redirect_uri non déclarée")
    if query.get("response_type") != "code":
        raise RequestRefused("response_type doit valoir code")
    scope = tuple(query.get("scope", "").split())
    if "openid" not in scope:
        raise RequestRefused("scope doit contenir openid")
    if query.get("acr_values") != "eidas1":
        raise RequestRefused("acr_values doit valoir eidas1")
    for name in ("state", "nonce"):
        if len(query.get(name, "")) < SHORTEST:
            raise RequestRefused(f"{name} doit compter {SHORTEST} caractères au moins")
    return Asked(
        client_id=query["client_id"],
        redirect_uri=query["redirect_uri"],
        state=query["state"],
        nonce=query["nonce"],
        scope=scope,
        acr="eidas1",
    )
