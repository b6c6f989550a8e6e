"""The two ends of the Pro Santé Connect exchange: leaving for it, and coming back."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from sasportal.accounts import session_rules, signed_in
from sasportal.accounts.models import User
from sasportal.accounts.openid_pages import CANCELLED, STALE, Fault, not_proven, note_refusal, unavailable
from sasportal.accounts.psc import (
    AccountOfAPatient,
    AccountSuspended,
    ProSanteConnectBackend,
    PscIdentity,
    callback_address,
)
from sasportal.accounts.psc_client import PscRefused, PscUnavailable
from sasportal.accounts.psc_tokens import TokenRefused
from sasportal.audit import trail

STATES = "oidc_states"
NEXT = "oidc_login_next"


UNAVAILABLE = unavailable("Pro Santé Connect", "Réessayez dans quelques instants.")
NOT_PROVEN = not_proven("Pro Santé Connect", "Réessayez ; si cela se répète, prévenez votre support.")
SUSPENDED = Fault(
    code="suspendu",
    status=403,
    title="Votre compte est suspendu",
    text="Adressez-vous à votre gestionnaire de comptes.",
    retry=False,
)
WRONG_SIDE = Fault(
    code="patient",
    status=403,
    title="Ce compte est un compte patient",
    text="Il ne permet pas d’accéder au portail des professionnels.",
    retry=False,
)


@method_decorator([login_not_required, never_cache], name="dispatch")
class AuthenticateView(OIDCAuthenticationRequestView):
    """Leaves for Pro Santé Connect, remembering for this very request the page to come back to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not settings.PSC_ISSUER:
            raise Http404
        response = super().get(request)
        *_, state = request.session[STATES]  # the library added its request last
        request.session[STATES][state]["next"] = request.session.pop(NEXT, None)
        request.session.modified = True
        return response


@method_decorator([login_not_required, never_cache], name="dispatch")
class CallbackView(OIDCAuthenticationCallbackView):
    """Comes back from Pro Santé Connect: signed in on the page asked for, or told why not."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = self._take_request(request)
        if asked is None:
            return redirect("home") if request.user.is_authenticated else self._failed(request, STALE)
        if request.GET.get("error"):
            fault = CANCELLED if request.GET["error"] == "access_denied" else UNAVAILABLE
            return self._refused(request, fault, reason="provider error", asked=asked)
        backend = ProSanteConnectBackend()
        try:
            user = backend.authenticate(
                request,
                code=request.GET.get("code", ""),
                nonce=asked.get("nonce") or "",
                code_verifier=asked.get("code_verifier") or "",
                redirect_uri=callback_address(request),
            )
        except PscUnavailable as error:
            return self._refused(request, UNAVAILABLE, reason=f"unavailable: {error}", asked=asked)
        except (PscRefused, TokenRefused) as error:
            return self._refused(request, NOT_PROVEN, reason=f"refused: {error}", asked=asked)
        except AccountSuspended:
            return self._refused(request, SUSPENDED, reason="suspended", asked=asked)
        except AccountOfAPatient:
            return self._refused(request, WRONG_SIDE, reason="patient", asked=asked)
        return self._signed_in(request, user, backend.identity, asked)

    def _take_request(self, request: HttpRequest) -> dict[str, Any] | None:
        """Return what was kept when leaving, and forget it: each request serves once."""
        asked = request.session.get(STATES, {}).get(request.GET.get("state", ""))
        if asked is None:
            return None
        del request.session[STATES][request.GET["state"]]
        request.session.save()
        # The exchange takes time: another tab may change the session meanwhile, so read it again.
        request.session = request.session.__class__(request.session.session_key)
        return asked

    def _signed_in(
        self, request: HttpRequest, user: User, identity: PscIdentity, asked: dict[str, Any]
    ) -> HttpResponse:
        signed_in.call_hooks(user, way="psc")
        login(request, user, backend=signed_in.PSC_BACKEND)
        session_rules.begin(request)
        signed_in.remember_psc_session(
            request=request, user=user, sid=identity.sid, subject=identity.subject, id_token=identity.id_token
        )
        trail.record(actor=user, action="sign_in", origin=trail.origin_of(request), method="psc")
        return HttpResponseRedirect(asked.get("next") or resolve_url(settings.LOGIN_REDIRECT_URL))

    def _refused(self, request: HttpRequest, fault: Fault, *, reason: str, asked: dict[str, Any]) -> HttpResponse:
        note_refusal(request, method="psc", reason=reason)
        return self._failed(request, fault, next_page=asked.get("next") or "")

    def _failed(self, request: HttpRequest, fault: Fault, next_page: str = "") -> HttpResponse:
        retry = sign_in_address(next_page) if fault.retry else ""
        return render(request, "accounts/psc_fault.html", {"fault": fault, "retry": retry}, status=fault.status)


def sign_in_address(next_page: str) -> str:
    """Return the address that starts signing in and comes back to `next_page` (already checked as ours)."""
    start = reverse("oidc_authentication_init")
    return f"{start}?{urlencode({'next': next_page})}" if next_page else start


def safe_next(request: HttpRequest) -> str:
    """Return the page asked for when it is one of ours, else nothing."""
    wanted = request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else ""
