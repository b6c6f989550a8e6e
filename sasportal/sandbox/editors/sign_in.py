"""Signing in at an editor with Pro Santé Connect: the editor is an OpenID client of its own.

When the browser already holds a Pro Santé Connect session, the provider answers without asking
anything: the regulator never signs in twice.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import jwt

from sasportal.sandbox.editors.config import EditorConfig

DISCOVERY = "/.well-known/wallet-openid-configuration"
TIMEOUT = aiohttp.ClientTimeout(total=5)
LEEWAY = 60
ACCEPTED_ACR = {"eidas1", "eidas2", "eidas3"}


class SignInFailed(Exception):
    """The provider did not answer, or what it answered does not hold; the message is for the page."""


@dataclass(frozen=True, kw_only=True)
class Professional:
    """Who signed in, as Pro Santé Connect named them."""

    national_id: str
    given_name: str
    family_name: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One sign-in on its way; `return_to` is a path of this editor."""

    state: str
    nonce: str
    verifier: str
    return_to: str


@dataclass(kw_only=True)
class ProSanteConnect:
    config: EditorConfig
    session: aiohttp.ClientSession
    _endpoints: dict[str, Any] = field(default_factory=dict)

    @property
    def redirect_uri(self) -> str:
        return f"{self.config.base}/connexion/retour"

    async def authorization_url(self, attempt: Attempt) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=")
        parameters = {
            "response_type": "code",
            "client_id": self.config.psc_client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        endpoints = await self._discover()
        return f"{endpoints['authorization_endpoint']}?{urlencode(parameters)}"

    async def identify(self, code: str, attempt: Attempt) -> Professional:
        """Exchange the code, check the ID token, read who it is; raise SignInFailed."""
        endpoints = await self._discover()
        form = {
            "grant_type": "authorization_code",
            "client_id": self.config.psc_client_id,
            "client_secret": self.config.psc_client_secret,
            "code": code,
            "code_verifier": attempt.verifier,
            "redirect_uri": self.redirect_uri,
        }
        tokens = await self._json("POST", endpoints["token_endpoint"], data=form)
        claims = self._checked(tokens.get("id_token"), await self._json("GET", endpoints["jwks_uri"]), attempt.nonce)
        bearer = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        details = await self._json("GET", endpoints["userinfo_endpoint"], headers=bearer)
        if details.get("sub") != claims["sub"]:
            raise SignInFailed("Les deux réponses de Pro Santé Connect ne parlent pas de la même personne.")
        return _professional(claims | details)

    def _checked(self, id_token: Any, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
            key = next(key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == header.get("kid"))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key.key,
                algorithms=["RS256"],
                audience=self.config.psc_client_id,
                issuer=self.config.psc_issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except (jwt.PyJWTError, StopIteration, TypeError) as error:
            raise SignInFailed("Le jeton de Pro Santé Connect ne peut pas être vérifié.") from error
        if not secrets.compare_digest(str(claims["nonce"]), nonce) or claims.get("acr") not in ACCEPTED_ACR:
            raise SignInFailed("Le jeton de Pro Santé Connect ne répond pas à notre demande.")
        return claims

    async def _discover(self) -> dict[str, Any]:
        if not self._endpoints:
            self._endpoints = await self._json("GET", self.config.psc_issuer + DISCOVERY)
        return self._endpoints

    async def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        request = self.session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **options)
        try:
            async with request as response:
                found = await response.json(content_type=None)
                if response.status != 200 or not isinstance(found, dict):
                    raise SignInFailed(f"Pro Santé Connect a répondu {response.status}.")
                return found
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SignInFailed("Pro Santé Connect ne répond pas.") from error


def new_attempt(return_to: str) -> Attempt:
    return Attempt(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        return_to=return_to,
    )


def _professional(claims: dict[str, Any]) -> Professional:
    national_id = claims.get("SubjectNameID") or claims.get("preferred_username")
    if not isinstance(national_id, str) or not national_id:
        raise SignInFailed("Pro Santé Connect n’a pas donné d’identifiant national.")
    return Professional(
        national_id=national_id,
        given_name=str(claims.get("given_name", "")),
        family_name=str(claims.get("family_name", "")),
    )
