"""Pages of local accounts that do more than the library's."""

from typing import Any, cast

from allauth.account.views import LoginView, PasswordChangeView, PasswordResetFromKeyView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from sasportal.accounts import signed_in
from sasportal.accounts.middleware import ENDED
from sasportal.accounts.models import User
from sasportal.accounts.psc_views import safe_next, sign_in_address
from sasportal.accounts.sides import on_patients_side
from sasportal.audit import trail


class SignInView(LoginView):
    """One page for both ways in: Pro Santé Connect first, e-mail and password second."""

    template_name = "accounts/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["psc_address"] = sign_in_address(safe_next(self.request))
        context["session_ended"] = self.request.session.pop(ENDED, False)
        return context


class TotpView(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        second_factor_set(self.request, kind="totp")
        return response


class PasskeyView(AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        second_factor_set(self.request, kind="webauthn")
        return response


class NewPasswordView(PasswordChangeView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            # Nothing to change: this person signs in elsewhere
            return redirect("accounts:patient:account" if on_patients_side(request) else "accounts:account")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        trail.record(
            actor=cast(User, self.request.user), action="password_changed", origin=trail.origin_of(self.request)
        )
        return response


class ForgottenPasswordView(PasswordResetFromKeyView):
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        trail.record(
            actor=self.reset_user, action="password_changed", origin=trail.origin_of(self.request), method="mail"
        )
        return response


def second_factor_set(request: HttpRequest, *, kind: str) -> None:
    request.session[signed_in.SECOND_FACTOR_SET] = True
    trail.record(
        actor=cast(User, request.user), action="second_factor_added", origin=trail.origin_of(request), kind=kind
    )


@login_not_required
def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead the library's own addresses to our one sign-in page."""
    query = request.META.get("QUERY_STRING", "")
    address = reverse("accounts:login")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def to_sign_out(request: HttpRequest) -> HttpResponse:
    return redirect("accounts:logout")
