"""The two ends of the FranceConnect exchange, and leaving FranceConnect too."""

from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.account.models import EmailAddress
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sasportal.accounts.openid_client import ProviderRefused, ProviderUnavailable
from sasportal.accounts.openid_tokens import TokenRefused
from sasportal.accounts.patients.access import patients_only_sign_in
from sasportal.accounts.patients.franceconnect.provider import ID_TOKEN, FranceConnectAdapter
from sasportal.accounts.psc_views import Fault
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver

CANCELLED = Fault(
    code="annulation", status=403, title="Connexion annulée", text="Vous n’avez pas terminé l’identification."
)
STALE = Fault(
    code="demande",
    status=400,
    title="Cette demande de connexion n’est plus valable",
    text="Elle a expiré, ou elle a déjà servi. Recommencez la connexion.",
)
UNAVAILABLE = Fault(
    code="indisponible",
    status=503,
    title="FranceConnect ne répond pas",
    text="Le service n’a pas répondu à temps. Réessayez dans quelques instants, ou connectez-vous autrement.",
)
NOT_PROVEN = Fault(
    code="preuve",
    status=403,
    title="Votre identité n’a pas pu être vérifiée",
    text="La réponse de FranceConnect n’est pas conforme. Réessayez, ou connectez-vous autrement.",
)
CLOSED = Fault(
    code="compte",
    status=403,
    title="Ce compte ne peut plus servir",
    text="Écrivez au service pour en savoir plus.",
    retry=False,
)
LEAVING = "sas_franceconnect_logout_state"


@login_not_required
@require_GET
@never_cache
@patients_only_sign_in
def leave_for_franceconnect(request: HttpRequest) -> HttpResponse:
    """Leave for FranceConnect, remembering for this very request the page to come back to."""
    if not settings.FRANCECONNECT_ISSUER:
        raise Http404
    return FranceConnectAdapter(request).get_provider().redirect_from_request(request)


@login_not_required
@require_GET
@never_cache
@patients_only_sign_in
def come_back(request: HttpRequest) -> HttpResponse:
    """Come back from FranceConnect: signed in on the page asked for, or told why not."""
    if not settings.FRANCECONNECT_ISSUER:
        raise Http404
    asked = statekit.unstash_state(request, provider_id="franceconnect", state_id=request.GET.get("state", ""))
    if asked is None:
        return redirect("accounts:patient:account") if request.user.is_authenticated else failed(request, STALE)
    if request.GET.get("error"):
        fault = CANCELLED if request.GET["error"] == "access_denied" else UNAVAILABLE
        return refused(request, fault, reason="provider error", asked=asked)
    try:
        return _signed_in(request, asked)
    except ProviderUnavailable as error:
        return refused(request, UNAVAILABLE, reason=f"unavailable: {error}", asked=asked)
    except (ProviderRefused, TokenRefused) as error:
        return refused(request, NOT_PROVEN, reason=f"refused: {error}", asked=asked)


def _signed_in(request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
    adapter = FranceConnectAdapter(request)
    app = adapter.get_provider().app
    answer = adapter.get_access_token_data(request, app, None)
    token = adapter.parse_token(answer)
    login = adapter.complete_login(request, app, token, response=answer, nonce=asked.get("nonce", ""))
    login.token, login.state = None, {"process": asked["process"], "next": asked.get("next")}
    if SocialAccount.objects.filter(uid=login.account.uid, provider="franceconnect", user__is_active=False).exists():
        return refused(request, CLOSED, reason="suspended", asked=asked)
    response = complete_social_login(request, login)
    if request.user.is_authenticated:
        request.session[ID_TOKEN] = answer["id_token"]
        _ask_to_confirm_address(request.user.pk)
    return response


def _ask_to_confirm_address(user_id: int) -> None:
    """Have the address FranceConnect proposed confirmed by its owner; asked once for each address."""
    address = EmailAddress.objects.filter(user_id=user_id, verified=False).first()
    if address:
        deliver("patient-address", key=f"franceconnect-address:{address.pk}", address_id=address.pk)


def refused(request: HttpRequest, fault: Fault, *, reason: str, asked: dict[str, Any]) -> HttpResponse:
    trail.record(
        actor=trail.NOBODY,
        action="sign_in_refused",
        origin=trail.origin_of(request),
        method="franceconnect",
        reason=reason,
    )
    return failed(request, fault, next_page=asked.get("next") or "")


def failed(request: HttpRequest, fault: Fault, next_page: str = "") -> HttpResponse:
    retry = reverse("accounts:patient:franceconnect") + (f"?{urlencode({'next': next_page})}" if next_page else "")
    context = {"fault": fault, "retry": retry if fault.retry else ""}
    return render(request, "patient/account/franceconnect_fault.html", context, status=fault.status)


def leave_franceconnect(request: HttpRequest, id_token: str) -> HttpResponse:
    """End the session there too, through the browser (RP-initiated logout)."""
    state = get_random_string(32)
    request.session[LEAVING] = state
    query = urlencode(
        {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": request.build_absolute_uri(reverse("accounts:patient:signed_out")),
            "state": state,
        }
    )
    address = f"{settings.FRANCECONNECT_LOGOUT_ENDPOINT}?{query}"
    response = render(request, "patient/account/leaving_franceconnect.html", {"address": address})
    # A form may not be redirected to another site under our policy (form-action): the page moves on by itself.
    response["Refresh"] = f"0;url={address}"
    return response
