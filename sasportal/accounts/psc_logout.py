"""Leaving: on the person's click, at Pro Santé Connect too; and at its request, here."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from sasportal.accounts import psc_tokens, signed_in
from sasportal.accounts.models import LogoutTokenSeen, PscSession
from sasportal.accounts.openid_pages import leave
from sasportal.accounts.patients.access import is_patient
from sasportal.accounts.patients.views import sign_out as sign_patient_out
from sasportal.accounts.psc_client import PscUnavailable
from sasportal.accounts.psc_tokens import TokenRefused
from sasportal.audit import trail

LEAVING = "sas_psc_logout_state"
JTI_KEPT = timedelta(hours=1)  # well beyond the age at which a logout token is refused


class LogoutTokenReplayed(Exception):
    """This very logout token was already honoured."""


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session; one opened with Pro Santé Connect is ended there too, through the browser."""
    if is_patient(request.user):
        return sign_patient_out(request)
    if request.method == "GET":
        return render(request, "accounts/sign_out.html")
    id_token = request.session.get(signed_in.PSC_ID_TOKEN, "")
    if request.user.is_authenticated:
        trail.record(actor=request.user, action="sign_out", origin=trail.origin_of(request))
        PscSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
    if not (id_token and settings.PSC_ISSUER):
        return redirect("accounts:signed_out")
    return leave(
        request, template="accounts/leaving_psc.html", endpoint=settings.PSC_LOGOUT_ENDPOINT, id_token=id_token,
        back_to=reverse("accounts:signed_out"), key=LEAVING,
    )  # fmt: skip


@login_not_required
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say goodbye; say also whether Pro Santé Connect confirmed (its `state` is the one we sent)."""
    state = request.session.pop(LEAVING, None)
    left_psc = bool(state) and request.GET.get("state") == state
    return render(request, "accounts/signed_out.html", {"left_psc": left_psc})


@csrf_exempt
@login_not_required
@require_POST
def back_channel_logout(request: HttpRequest) -> HttpResponse:
    """End the local sessions a logout token names: those of its `sid`, else those of its `sub`."""
    try:
        _honour(psc_tokens.read_logout_token(request.POST.get("logout_token")))
    except PscUnavailable:
        return _no_store(JsonResponse({"error": "temporarily_unavailable"}, status=503))
    except (TokenRefused, LogoutTokenReplayed):
        return _no_store(JsonResponse({"error": "invalid_request"}, status=400))
    return _no_store(HttpResponse(status=200))


@transaction.atomic
def _honour(claims: dict[str, Any]) -> None:
    _use_up(claims["jti"])
    sessions = PscSession.objects.select_related("user")
    named = list(sessions.filter(sid=claims["sid"]) if claims.get("sid") else sessions.filter(subject=claims["sub"]))
    signed_in.end_session_keys([session.session_key for session in named])
    for session in named:
        trail.record(actor=session.user, action="sign_out", origin="psc", method="back_channel")


def _use_up(jti: str) -> None:
    now = timezone.now()
    LogoutTokenSeen.objects.filter(seen_at__lt=now - JTI_KEPT).delete()
    try:
        with transaction.atomic():
            LogoutTokenSeen.objects.create(jti=jti, seen_at=now)
    except IntegrityError as error:
        raise LogoutTokenReplayed from error


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
