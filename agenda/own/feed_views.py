"""The secret address of an agenda: made and closed by who may, read by whoever knows it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agenda.own import feed
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.rights import Effector
from sasportal.accounts.models import DelegateScope

LONGEST_TOKEN = 64


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page(DelegateScope.AGENDA)
@sensitive_variables("token")
def address(request: HttpRequest, agenda: Effector) -> HttpResponse:
    """Explain the address and, when asked to, make one: it is shown in this answer and never again."""
    url = ""
    if request.method == "POST":
        token = feed.create_address(actor=person(request), national_id=agenda.national_id)
        url = request.build_absolute_uri(reverse("agenda:own:calendar", kwargs={"token": token}))
    context = {"agenda": agenda, "since": feed.address_since(agenda.national_id), "url": url}
    return render(request, "own/address.html", frame(request, agenda) | context)


@require_POST
@effector_page(DelegateScope.AGENDA)
def revoke(request: HttpRequest, agenda: Effector) -> HttpResponse:
    if feed.revoke_address(actor=person(request), national_id=agenda.national_id):
        messages.success(request, "L’adresse du calendrier ne répond plus.")
    return redirect("agenda:own:address", national_id=agenda.national_id)


@login_not_required
@require_safe
@sensitive_variables("token")
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    try:
        if len(token) > LONGEST_TOKEN:
            raise feed.FeedUnknown
        text = feed.calendar_at(token, now=timezone.now())
    except feed.FeedUnknown:
        raise Http404 from None
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="agenda-sas.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
