"""Rules of patients' local accounts: anybody opens one, and what is written leaves through the outbox."""

from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.urls import reverse

from sasportal.accounts.adapter import AccountAdapter, LocalBackend
from sasportal.accounts.models import User, UserKind
from sasportal.accounts.sides import PATIENTS
from sasportal.outbox.deliveries import deliver


class PatientBackend(LocalBackend):
    """E-mail and password, for patients only: a professional's account does not exist on this side."""

    kind = UserKind.PATIENT


class PatientAdapter(AccountAdapter):
    kind = UserKind.PATIENT
    backend = "sasportal.accounts.patients.adapter.PatientBackend"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def new_user(self, request: HttpRequest) -> User:
        return User(kind=UserKind.PATIENT)

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Name the account after its technical identifier: the library would make a name out of the address."""
        user.username = f"patient-{user.technical_id}"

    def is_safe_url(self, url: str) -> bool:
        """Come back to patients' pages only."""
        parts = urlsplit(url or "")
        inside = parts.path.startswith(PATIENTS) and "/../" not in f"{parts.path}/"
        return bool(inside and super().is_safe_url(url))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:patient:account")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:patient:account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Confirmed in another browser than the one that signed up: sign in first."""
        return reverse("accounts:patient:account" if self.request.user.is_authenticated else "accounts:patient:login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:patient:account")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again whoever can prove who they are here: not those of FranceConnect alone."""
        user = self.request.user
        provable = user.has_usable_password() or is_mfa_enabled(user)
        return bool(provable and super().is_reauthentication_required(app=app, **kwargs))

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        deliver("patient-address", address_id=emailconfirmation.email_address.pk)

    def send_account_already_exists_mail(self, email: str) -> None:
        known = User.objects.filter(email__iexact=email).order_by("pk").first()
        if known:
            deliver("patient-known", user_id=known.pk)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Write to the owner of a password; who signs in with FranceConnect alone has none to forget."""
        if user.kind == self.kind and user.has_usable_password():
            deliver("patient-password", user_id=user.pk)
