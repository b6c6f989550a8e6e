"""Rules that hold on every page: time limits, second factor, the two sides kept apart, no caching.

Both classes serve sync and async handlers, so that streamed answers are not held up.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode

from sasportal.accounts import session_rules, signed_in, terms
from sasportal.accounts.sides import PATIENTS_URLCONF, kind_of_side, on_patients_side

Answer = Any  # a response, or the awaitable of one under ASGI
ENDED = "sas_session_ended"
COMMON_TO_BOTH_SIDES = {"accounts:logout", "accounts:signed_out", "accounts:session"}
# What a session without second factor may open besides: setting up the account's first one.
SETTING_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}
# What may be opened before the terms of use are accepted: also the codes that come with a first factor.
BEFORE_TERMS = COMMON_TO_BOTH_SIDES | SETTING_UP | {"accounts:terms", "mfa_view_recovery_codes"}


class TwoWayMiddleware:
    """Middleware for sync and async handlers alike; subclasses say what happens before and after."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self.asynchronous = iscoroutinefunction(get_response)
        if self.asynchronous:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self.asynchronous:
            return self._answer_later(request)
        if self.concerns(request):
            self.before(request)
        return self.after(self.get_response(request))

    async def _answer_later(self, request: HttpRequest) -> HttpResponse:
        if self.concerns(request):
            await sync_to_async(self.before)(request)
        return self.after(await self.get_response(request))

    def concerns(self, request: HttpRequest) -> bool:
        """Tell, without waiting for anything, whether `before` has work to do."""
        return False

    def before(self, request: HttpRequest) -> None:
        """Prepare the request; may read the database."""

    def after(self, response: HttpResponse) -> HttpResponse:
        return response


class SidesMiddleware(TwoWayMiddleware):
    """Gives requests under `/patient/` the addresses of that side (`sasportal/patient_urls.py`)."""

    def concerns(self, request: HttpRequest) -> bool:
        if on_patients_side(request):
            request.urlconf = PATIENTS_URLCONF
        return False


class SessionRulesMiddleware(TwoWayMiddleware):
    """Ends sessions in time, and lets each page be opened only by the kind of account it is meant for."""

    def concerns(self, request: HttpRequest) -> bool:
        return settings.SESSION_COOKIE_NAME in request.COOKIES

    def before(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        if session_rules.STARTED not in request.session:
            session_rules.begin(request)
        if session_rules.time_left(request).over:
            logout(request)  # here only: a timeout never signs out of Pro Santé Connect
            request.session[ENDED] = True
        elif not self._passive(request):
            session_rules.extend(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return sign_in_first(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name not in COMMON_TO_BOTH_SIDES and _on_the_wrong_side(request):
            return refused(request, "accounts/wrong_side.html", "Ce compte ne donne pas accès à cette partie du site.")
        if name not in COMMON_TO_BOTH_SIDES and _lacks_second_factor(request):
            return second_factor_first(request, name)
        if name not in BEFORE_TERMS and not terms.accepted(request):
            return terms_first(request)
        return None

    def _passive(self, request: HttpRequest) -> bool:
        asks_time_left = request.method == "GET" and request.path == reverse("accounts:session")
        return asks_time_left or session_rules.in_background(request)


class PersonalPagesMiddleware(TwoWayMiddleware):
    """No page is kept by a browser or a proxy, unless its view says how."""

    def after(self, response: HttpResponse) -> HttpResponse:
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Lead to where this side signs in; tell a script that the session is over, and where."""
    login = resolve_url("accounts:patient:login" if on_patients_side(request) else settings.LOGIN_URL)
    if not session_rules.by_script(request):
        return redirect_to_login(request.get_full_path(), login)
    response = JsonResponse({"detail": "Votre session est terminée. Reconnectez-vous.", "login": login}, status=401)
    response["WWW-Authenticate"] = "Session"
    response["X-SAS-Session"] = "expired"
    return response


def second_factor_first(request: HttpRequest, name: str) -> HttpResponse | None:
    """Let the account's first second factor be set up; one that exists must be proven instead.

    A password alone must not be enough to add a second factor beside the owner's.
    """
    if is_mfa_enabled(request.user):
        logout(request)
        return sign_in_first(request)
    if name in SETTING_UP or on_patients_side(request):
        return None  # of a patient, the pages that need it ask for it (patients/access.py)
    if session_rules.by_script(request):
        return JsonResponse({"detail": "Un second facteur est nécessaire."}, status=403)
    return HttpResponseRedirect(reverse("mfa_index"))


def terms_first(request: HttpRequest) -> HttpResponse:
    """Lead to the terms of use, and from there back to the page asked for."""
    address = reverse("accounts:terms")
    if session_rules.by_script(request):
        sentence = "Acceptez d’abord les conditions d’utilisation."
        return JsonResponse({"detail": sentence, "terms": address}, status=403)
    if request.method in {"GET", "HEAD"} and request.path != reverse("home"):
        address += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(address)


def refused(request: HttpRequest, template: str, sentence: str) -> HttpResponse:
    if session_rules.by_script(request):
        return JsonResponse({"detail": sentence}, status=403)
    return render(request, template, status=403)


def _on_the_wrong_side(request: HttpRequest) -> bool:
    return getattr(request.user, "kind", "") != kind_of_side(request)


def _lacks_second_factor(request: HttpRequest) -> bool:
    return not signed_in.strongly(request)
