"""Patients' accounts: opening one, signing in and out, what the account holds."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.views import EmailVerificationSentView, LoginView, PasswordResetView, SignupView
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_safe

from sasportal.accounts import signed_in
from sasportal.accounts.adapters import account_adapter
from sasportal.accounts.middleware import ENDED
from sasportal.accounts.patients.access import (
    AFTER_SECOND_FACTOR,
    patient,
    patient_required,
    patients_only_sign_in,
)
from sasportal.accounts.patients.forms import ForgottenPasswordForm, SignInForm, SignUpForm
from sasportal.accounts.patients.franceconnect.provider import ID_TOKEN
from sasportal.accounts.patients.franceconnect.views import LEAVING, leave_franceconnect
from sasportal.accounts.views import FACTORS
from sasportal.audit import trail

ERASED = "sas_account_erased"


@method_decorator([login_not_required, patients_only_sign_in], name="dispatch")
class SignInView(LoginView):
    form_class = SignInForm
    template_name = "patient/account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ended = self.request.session.pop(ENDED, False)
        return super().get_context_data(**kwargs) | {"session_ended": ended, "next": self.get_next_url() or ""}


@method_decorator([login_not_required, patients_only_sign_in], name="dispatch")
class SignUpView(SignupView):
    form_class = SignUpForm
    template_name = "patient/account/signup.html"

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """Write the account and the e-mail that goes with it together, or neither."""
        try:
            with transaction.atomic():
                response = super().form_valid(form)
        except IntegrityError:  # somebody opened an account with this address at the same instant
            return prevent_enumeration(self.request, email=form.cleaned_data["email"])
        # Whoever chose the password a moment ago is not asked for it again
        record_authentication(self.request, self.user, method="password")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": self.get_next_url() or ""}


@method_decorator(login_not_required, name="dispatch")
class AddressToConfirmView(EmailVerificationSentView):
    template_name = "patient/account/address_to_confirm.html"


class PasswordForgottenView(PasswordResetView):
    form_class = ForgottenPasswordForm


class SecondFactorView(IndexView):
    template_name = "patient/account/second_factor.html"


class RecoveryCodesView(ViewRecoveryCodesView):
    template_name = "patient/account/recovery_codes.html"


class DevicesView(ListUserSessionsView):
    template_name = "patient/account/devices.html"


@require_safe
@patient_required
def account(request: HttpRequest) -> HttpResponse:
    """Show what the account holds, how its owner signs in, and from where."""
    user = patient(request)
    kinds = Authenticator.objects.filter(user=user).order_by("type").values_list("type", flat=True)
    context = {
        "factors": [FACTORS[kind] for kind in dict.fromkeys(kinds) if kind in FACTORS],
        "sessions": UserSession.objects.filter(user=user).count(),
        "by_franceconnect": signed_in.by_franceconnect(request),
        "has_password": user.has_usable_password(),
    }
    return render(request, "patient/account/account.html", context)


@require_safe
@patient_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Keep the page to come back to, and open the page of second factors."""
    wanted = request.GET.get("next", "")
    if account_adapter(request).is_safe_url(wanted):
        request.session[AFTER_SECOND_FACTOR] = wanted
    return redirect("mfa_index")


@require_safe
@patient_required
def go_on(request: HttpRequest) -> HttpResponse:
    """Return to the page that asked for a second factor, else to the account."""
    return redirect(request.session.pop(AFTER_SECOND_FACTOR, "") or "accounts:patient:account")


@login_not_required
@require_http_methods(["GET", "POST"])
@patients_only_sign_in
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session; one opened with FranceConnect is ended there too, through the browser."""
    if request.method == "GET":
        return render(request, "accounts/sign_out.html")
    id_token = request.session.get(ID_TOKEN, "")
    if request.user.is_authenticated:
        trail.record(actor=patient(request), action="sign_out", origin=trail.origin_of(request))
        signed_in.end_session_keys([request.session.session_key or ""])
    logout(request)
    if id_token and settings.FRANCECONNECT_ISSUER:
        return leave_franceconnect(request, id_token)
    return redirect("accounts:patient:signed_out")


@login_not_required
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say goodbye; say also whether FranceConnect confirmed (its `state` is the one we sent)."""
    state = request.session.pop(LEAVING, None)
    left = bool(state) and request.GET.get("state") == state
    context = {"left_franceconnect": left, "erased": request.session.pop(ERASED, False)}
    return render(request, "patient/account/signed_out.html", context)
