"""What makes the library's provider speak like Pro Santé Connect."""

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache

from sasportal.sandbox.psc import settings
from sasportal.sandbox.psc.identities import claims_about, identities, with_subject


class ClientSecretHasher(PBKDF2PasswordHasher):
    algorithm = "pbkdf2_client_secret"
    iterations = 10


class PscAdapter(DefaultOIDCAdapter):
    def get_issuer(self) -> str:
        return settings.ISSUER

    def get_user_sub(self, client: Any, user: Any) -> str:
        return identities()[user.get_username()].subject

    def get_user_by_sub(self, client: Any, sub: str) -> Any:
        identity = with_subject(sub)
        users = get_user_model().objects.filter(is_active=True)
        return users.filter(username=identity.national_id).first() if identity else None

    def get_claims(
        self, purpose: Any, user: Any, client: Any, scopes: Iterable[str], email: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        return claims_about(identities()[user.get_username()])

    def populate_id_token(self, id_token: dict[str, Any], client: Any, scopes: Iterable[str], **kwargs: Any) -> None:
        id_token |= {"typ": "ID", "azp": client.id}
        if sid := session_of_code(self.request.POST.get("code", "")):
            id_token["sid"] = sid


def remember_session_of_code(code: str, sid: str) -> None:
    """Keep which session an authorization code was given in, until it is exchanged."""
    cache.set(f"session-of-code:{code}", sid, timeout=120)


def session_of_code(code: str) -> str | None:
    return cache.get(f"session-of-code:{code}") if code else None
