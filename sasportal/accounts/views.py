"""The first page of each role, the terms of use, the account page, and the time left in the session."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sasportal.accounts import navigation, session_rules, signed_in, terms
from sasportal.accounts.forms import TermsForm
from sasportal.accounts.models import Role, User
from sasportal.accounts.psc_views import safe_next
from sasportal.accounts.roles import grants_now, has_role
from sasportal.audit import trail

FACTORS = {
    Authenticator.Type.TOTP: "application sur téléphone",
    Authenticator.Type.WEBAUTHN: "clé de sécurité",
    Authenticator.Type.RECOVERY_CODES: "codes de secours",
}


def home(request: HttpRequest) -> HttpResponse:
    """Lead each person to the page of their work; say so when they were given no right."""
    if work := navigation.home(request.user):
        return redirect(work.name)
    if has_role(request.user, *Role):
        return redirect("accounts:account")
    return render(request, "accounts/no_right.html")


@require_http_methods(["GET", "HEAD", "POST"])
def terms_of_use(request: HttpRequest) -> HttpResponse:
    """Show the terms that hold; ask to accept them whoever did not yet, then lead on to the page asked for."""
    user = person(request)
    form = TermsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        terms.accept(user=user, origin=trail.origin_of(request))
        return redirect(safe_next(request) or "home")
    acceptance = user.terms_accepted.filter(version=terms.VERSION).first()
    context = {"form": form, "acceptance": acceptance, "text": terms.text_of(terms.VERSION)}
    return render(request, "accounts/terms.html", context, status=422 if form.errors else 200)


def account(request: HttpRequest) -> HttpResponse:
    """Show the person what the portal knows of them, what they may do, and how they sign in."""
    user = person(request)
    factors = Authenticator.objects.filter(user=user).order_by("type").values_list("type", flat=True)
    context = {
        "grants": grants_now(user).select_related("territory").order_by("role", "pk"),
        "by_psc": signed_in.by_psc(request),
        "factors": [FACTORS[kind] for kind in dict.fromkeys(factors) if kind in FACTORS],
        "acceptance": user.terms_accepted.order_by("accepted_at").last(),
        "former": user.former_identifiers.order_by("until"),
    }
    return render(request, "accounts/account.html", context)


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """Tell how long the session lasts; POST is the person asking to stay (counted by the middleware)."""
    left = session_rules.time_left(request)
    return JsonResponse({"idle_seconds_left": left.idle, "absolute_seconds_left": left.absolute})


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
