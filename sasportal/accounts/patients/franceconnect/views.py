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
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sasportal.accounts.openid_client import ProviderRefused, ProviderUnavailable
from sasportal.accounts.openid_pages import CANCELLED, STALE, Fault, leave, not_proven, note_refusal, unavailable
from sasportal.accounts.openid_tokens import TokenRefused
from sasportal.accounts.patients.access import patients_only_sign_in
from sasportal.accounts.patients.franceconnect.provider import ID_TOKEN, FranceConnectAdapter
from sasportal.outbox.deliveries import deliver

UNAVAILABLE = unavailable("FranceConnect", "Réessayez dans quelques instants, ou connectez-vous autrement.")
NOT_PROVEN = not_proven("FranceConnect", "Réessayez, ou connectez-vous autrement.")
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
    note_refusal(request, method="franceconnect", reason=reason)
    return failed(request, fault, next_page=asked.get("next") or "")


def failed(request: HttpRequest, fault: Fault, next_page: str = "") -> HttpResponse:
    retry = reverse("accounts:patient:franceconnect") + (f"?{urlencode({'next': next_page})}" if next_page else "")
    context = {"fault": fault, "retry": retry if fault.retry else ""}
    return render(request, "patient/account/franceconnect_fault.html", context, status=fault.status)


def leave_franceconnect(request: HttpRequest, id_token: str) -> HttpResponse:
    """End the session there too, through the browser (RP-initiated logout)."""
    return leave(
        request, template="patient/account/leaving_franceconnect.html", id_token=id_token, key=LEAVING,
        endpoint=settings.FRANCECONNECT_LOGOUT_ENDPOINT, back_to=reverse("accounts:patient:signed_out"),
    )  # fmt: skip
