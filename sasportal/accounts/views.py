"""The first page of each role, the account page, and the time left in the session."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sasportal.accounts import navigation, session_rules, signed_in
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import grants_now, has_role


def home(request: HttpRequest) -> HttpResponse:
    """Lead each person to the page of their work; say so when they were given no right."""
    if work := navigation.home(request.user):
        return redirect(work.name)
    if has_role(request.user, *Role):
        return redirect("accounts:account")
    return render(request, "accounts/no_right.html")


def account(request: HttpRequest) -> HttpResponse:
    """Show the person what the portal knows of them, and how they signed in."""
    assert isinstance(request.user, User)
    grants = grants_now(request.user).select_related("territory").order_by("role", "pk")
    return render(request, "accounts/account.html", {"grants": grants, "by_psc": signed_in.by_psc(request)})


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """Tell how long the session lasts; POST is the person asking to stay (counted by the middleware)."""
    left = session_rules.time_left(request)
    return JsonResponse({"idle_seconds_left": left.idle, "absolute_seconds_left": left.absolute})
