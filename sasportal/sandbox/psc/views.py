"""Pages and addresses of the pretend Pro Santé Connect."""

import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

from allauth.idp.oidc.forms import RPInitiatedLogoutForm
from allauth.idp.oidc.views import AuthorizationView, LogoutView
from django.contrib.auth import get_user_model, login, logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from sasportal.sandbox.psc import notices, settings
from sasportal.sandbox.psc.adapter import remember_session_of_code
from sasportal.sandbox.psc.identities import identities

SID = "sid"
CLIENTS = "clients"


def pick(request: HttpRequest) -> HttpResponse:
    """Show the identities to choose from; choosing one signs in, for every client of this browser."""
    if request.method == "POST":
        return _enter(request)
    known = identities()
    current = known.get(request.user.get_username()) if request.user.is_authenticated else None
    context = {"identities": known.values(), "current": current, "next": _next(request)}
    return render(request, "pick.html", context)


def _enter(request: HttpRequest) -> HttpResponse:
    if request.POST.get("national_id") not in identities():
        raise Http404
    user = get_user_model().objects.get(username=request.POST["national_id"])
    if request.user.is_authenticated and request.user != user:
        _end_session(request)
    login(request, user)
    request.session[SID] = str(uuid.uuid4())
    return redirect(_next(request) or reverse("pick"))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else ""


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the session here: every client is told, as when a session ends at the real service."""
    _end_session(request)
    return redirect("pick")


def _end_session(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        notices.send(
            national_id=request.user.get_username(),
            sid=request.session.get(SID, ""),
            client_ids=request.session.get(CLIENTS, []),
        )
    logout(request)


class Authorization(AuthorizationView):
    """The library's, which remembers besides in which session a code was given, and to whom."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        query = parse_qs(urlsplit(response.get("Location", "")).query)
        if code := query.get("code"):
            remember_session_of_code(code[0], request.session.get(SID, ""))
            known = request.session.get(CLIENTS, [])
            request.session[CLIENTS] = sorted({*known, request.GET.get("client_id", "")})
        return response


class EndSession(LogoutView):
    """The library's, which tells besides the other clients of the session."""

    def _handle(self, form: RPInitiatedLogoutForm, op_logout: bool) -> HttpResponse:
        user, sid = self.request.user, self.request.session.get(SID, "")
        client_ids = self.request.session.get(CLIENTS, [])
        response = super()._handle(form, op_logout)
        if op_logout and user.is_authenticated and not self.request.user.is_authenticated:
            notices.send(national_id=user.get_username(), sid=sid, client_ids=client_ids)
        return response


def discovery(request: HttpRequest) -> JsonResponse:
    protocol = f"{settings.ISSUER}/protocol/openid-connect"
    return JsonResponse(
        {
            "issuer": settings.ISSUER,
            "authorization_endpoint": f"{settings.ORIGIN}/auth",
            "token_endpoint": f"{protocol}/token",
            "userinfo_endpoint": f"{protocol}/userinfo",
            "jwks_uri": f"{protocol}/certs",
            "end_session_endpoint": f"{protocol}/logout",
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": ["eidas1"],
            "scopes_supported": ["openid", "scope_all"],
        }
    )


def style(request: HttpRequest) -> HttpResponse:
    return HttpResponse((settings.HERE / "style.css").read_bytes(), content_type="text/css")
