"""Who opens a page of patients: the checks their views start with."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from sasportal.accounts import signed_in
from sasportal.accounts.models import User, UserKind

View = Callable[..., HttpResponseBase]
WRONG_SIDE = "accounts/wrong_side.html"
AFTER_SECOND_FACTOR = "sas_after_second_factor"


def is_patient(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active and user.kind == UserKind.PATIENT)


def patient(request: HttpRequest) -> User:
    """Return the patient who asks; the view is guarded by `patient_required`."""
    assert isinstance(request.user, User)
    return request.user


def patient_required(view: View) -> View:
    """Lead nobody to sign in and back; refuse (403) a professional."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("accounts:patient:login"))
        if not is_patient(request.user):
            return render(request, WRONG_SIDE, status=403)
        return view(request, *args, **kwargs)

    return guarded


def second_factor_required(view: View) -> View:
    """`patient_required`, and this session proved a second factor or came from FranceConnect.

    For every page that shows what was kept of somebody's health. Who has no second factor yet sets one
    up and comes back; the wizard of a first booking asks only for `patient_required` (docs/decisions/0016).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if signed_in.strongly(request) else second_factor_first(request)

    return patient_required(guarded)


def second_factor_first(request: HttpRequest) -> HttpResponse:
    """Lead to setting up the second factor, and from there back to this page."""
    query = urlencode({"next": request.get_full_path()}) if request.method in {"GET", "HEAD"} else ""
    address = reverse("accounts:patient:second_factor")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def patients_only_sign_in(view: View) -> View:
    """Refuse to open a patient's session inside a professional's: that one is closed first, by its owner."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not is_patient(request.user):
            return render(request, WRONG_SIDE, status=403)
        return view(request, *args, **kwargs)

    return guarded
