"""What the portal holds of a patient: to read, to take away, to have erased."""

from allauth.account.decorators import reauthentication_required
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sasportal.accounts.patients import erasure, history
from sasportal.accounts.patients.access import patient, patient_required, second_factor_required
from sasportal.accounts.patients.forms import EraseForm, HistoryForm
from sasportal.accounts.patients.views import ERASED
from sasportal.audit import trail
from sasportal.pagination import page_of

LINES = 25


@require_safe
@patient_required
def account_history(request: HttpRequest) -> HttpResponse:
    """Show what was done with the account, by its owner or by somebody else."""
    number = HistoryForm(request.GET).value("page")
    lines = page_of(list(history.of(patient(request))), number, size=LINES)
    return render(request, "patient/account/history.html", {"lines": lines})


@require_safe
@second_factor_required
def export(request: HttpRequest) -> HttpResponse:
    """Give everything the portal holds of this patient, as a file."""
    found = erasure.export(user=patient(request), now=timezone.now(), origin=trail.origin_of(request))
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@patient_required
@reauthentication_required
def erase(request: HttpRequest) -> HttpResponse:
    """Ask once more, then erase the account and all that goes with it."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "patient/account/erase.html", {"form": form}, status=422 if form.errors else 200)
    erasure.erase(user=patient(request), origin=trail.origin_of(request))
    logout(request)
    request.session[ERASED] = True
    return redirect("accounts:patient:signed_out")
