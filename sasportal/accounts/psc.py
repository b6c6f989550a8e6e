"""Signing in with Pro Santé Connect: from an authorization code to one account, or a named refusal."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from sasportal.accounts import psc_client, psc_tokens, roles
from sasportal.accounts.models import User, UserKind
from sasportal.accounts.psc_tokens import TokenRefused

LONGEST_NATIONAL_ID = 50


class AccountSuspended(Exception):
    """The person is known, and was suspended by an account manager."""


class AccountOfAPatient(Exception):
    """The identifier belongs to a patient's account: the two sides never meet."""


@dataclass(frozen=True, kw_only=True)
class PscIdentity:
    """Who Pro Santé Connect says this is, once every check has passed."""

    national_id: str
    subject: str
    sid: str
    given_name: str
    family_name: str
    id_token: str


class ProSanteConnectBackend(OIDCAuthenticationBackend):
    """The library's backend with its checks replaced by ours: see `psc_tokens`."""

    identity: PscIdentity

    def authenticate(
        self, request: HttpRequest | None, *, code: str, nonce: str, code_verifier: str, redirect_uri: str
    ) -> User:
        """Return the account of the person; `self.identity` then holds what logout will need.

        Raises PscUnavailable, PscRefused, TokenRefused, AccountSuspended or AccountOfAPatient.
        """
        tokens = psc_client.exchange_code(
            {
                "grant_type": "authorization_code",
                "client_id": settings.OIDC_RP_CLIENT_ID,
                "client_secret": settings.OIDC_RP_CLIENT_SECRET,
                "code": code,
                "code_verifier": code_verifier,
                "redirect_uri": redirect_uri,
            }
        )
        id_token = tokens.get("id_token")
        claims = self.verify_token(id_token, nonce=nonce)
        details = self.get_userinfo(tokens.get("access_token"), id_token, claims)
        self.identity = _identity(claims, details, id_token=str(id_token))
        return account_of(self.identity)

    def verify_token(self, token: Any, **kwargs: Any) -> dict[str, Any]:
        return psc_tokens.read_id_token(token, nonce=kwargs["nonce"])

    def get_userinfo(self, access_token: Any, id_token: Any, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the userinfo claims, which must be about the subject of the ID token."""
        if not isinstance(access_token, str) or not access_token:
            raise TokenRefused("access_token")
        body, media_type = psc_client.userinfo(access_token)
        if media_type == "application/jwt":
            details = psc_tokens.read_signed(body.decode("ascii", "replace"), required=["iss", "aud", "sub"])
        else:
            details = psc_client.read_userinfo(body)
        if details.get("sub") != payload["sub"]:
            raise TokenRefused("userinfo sub")
        return details

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.is_active and user.kind == UserKind.PROFESSIONAL)

    def get_user(self, user_id: Any) -> User | None:
        """Return the account behind a session; a suspended one is signed out at once."""
        user = roles.account(user_id)
        return user if user and self.user_can_authenticate(user) else None


@transaction.atomic
def account_of(identity: PscIdentity) -> User:
    """Return the professional's account, created at first sign-in, with today's names."""
    user, _ = User.objects.get_or_create(
        national_id=identity.national_id,
        defaults={"username": identity.national_id, "kind": UserKind.PROFESSIONAL, "password": "!"},  # noqa: S106
    )
    if user.kind != UserKind.PROFESSIONAL:
        raise AccountOfAPatient
    if not user.is_active:
        raise AccountSuspended
    user.first_name, user.last_name = identity.given_name, identity.family_name
    user.psc_subject = identity.subject
    user.save(update_fields=["first_name", "last_name", "psc_subject"])
    return user


def callback_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse(settings.OIDC_AUTHENTICATION_CALLBACK_URL))


def _identity(claims: dict[str, Any], details: dict[str, Any], *, id_token: str) -> PscIdentity:
    return PscIdentity(
        national_id=_national_id(claims, details),
        subject=_text(claims, "sub", 255),
        sid=_text(claims, "sid", 255),
        given_name=_text(details, "given_name", 150) or _text(claims, "given_name", 150),
        family_name=_text(details, "family_name", 150) or _text(claims, "family_name", 150),
        id_token=id_token,
    )


def _national_id(*sources: dict[str, Any]) -> str:
    """Return SubjectNameID, which preferred_username must repeat, in the ID token as in userinfo."""
    names = ("SubjectNameID", "preferred_username")
    given = {_text(claims, name, LONGEST_NATIONAL_ID + 1) for claims in sources for name in names} - {""}
    if len(given) != 1:
        raise TokenRefused("two national ids" if given else "no national id")
    value = given.pop()
    if len(value) > LONGEST_NATIONAL_ID:
        raise TokenRefused("national id too long")
    return value


def _text(claims: dict[str, Any], key: str, longest: int) -> str:
    """Return a text claim, without control characters; anything else counts as absent."""
    value = claims.get(key)
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value if character.isprintable()).strip()[:longest]
