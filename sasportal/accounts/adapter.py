"""Rules of local accounts that differ from the library's; those of patients are in `patients/adapter.py`."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sasportal.accounts import lockout, roles, session_rules, signed_in
from sasportal.accounts.models import User, UserKind
from sasportal.accounts.sides import kind_of_side
from sasportal.audit import trail


class LocalBackend(AuthenticationBackend):
    """E-mail and password, for professionals only: a patient's account does not exist on this side."""

    kind = UserKind.PROFESSIONAL

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """Leave to the other backend what is asked on the other side."""
        return super().authenticate(request, **credentials) if kind_of_side(request) == self.kind else None

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.is_active and user.kind == self.kind)

    def get_user(self, user_id: Any) -> User | None:
        user = roles.account(user_id)
        return user if user and self.user_can_authenticate(user) else None

    @classmethod
    def _stash_user(cls, user: Any) -> Any:
        """Keep the library from telling a suspended account apart from an unknown one."""
        return super()._stash_user(None)


class AccountAdapter(DefaultAccountAdapter):
    kind = UserKind.PROFESSIONAL
    backend = "sasportal.accounts.adapter.LocalBackend"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Professional accounts are created by an account manager, never by a visitor."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if lockout.is_locked(credentials.get("email", "")):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user:
            lockout.forget_failures(credentials.get("email", ""))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        lockout.note_failure(credentials.get("email", ""))
        trail.record(
            actor=trail.NOBODY,
            action="sign_in_refused",
            origin=trail.origin_of(request),
            method="local",
            reason="password",
        )

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session, unless the sign-in was begun on the other side."""
        if user.kind != self.kind:
            clear_login(request)
            raise ImmediateHttpResponse(redirect("account_login"))
        user.backend = self.backend
        super().login(request, user)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        if user.kind == self.kind:
            super().send_password_reset_mail(user, email, context)

    def post_login(self, request: HttpRequest, user: User, **arguments: Any) -> HttpResponse:
        session_rules.begin(request)
        if user.kind == UserKind.PROFESSIONAL:
            signed_in.call_hooks(user, way="local")
        method = "franceconnect" if signed_in.by_franceconnect(request) else "local"
        trail.record(actor=user, action="sign_in", origin=trail.origin_of(request), method=method)
        return super().post_login(request, user, **arguments)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again for sensitive changes, but not of somebody who signed in a moment ago."""
        return super().is_reauthentication_required(app=app, **kwargs) and not signed_in.just_now(self.request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Say nothing at sign-in and sign-out: the page that follows says it all."""
        if message_template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, message_template, *args, **kwargs)


class MFAAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """A professional keeps at least one second factor (recovery codes alone are none); a patient may go without."""
        if authenticator.user.kind == UserKind.PATIENT:
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())
