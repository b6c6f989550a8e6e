"""The effector's first page, and the patients sent to him."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agenda.effector.pages import seen_page
from agenda.effector.wording import duration
from agenda.own.weekly import weekly
from booking.forms import AttendanceForm
from booking.lines import line
from booking.models import Orientation
from booking.reception import NotNotable, declinable, decline, notable, note_attendance, sent_to
from booking.undoing import NotCancellable
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.rights import Effector
from directory.effectors.settings import settings_of
from sasportal.accounts.models import DelegateScope

FOLLOW = DelegateScope.FOLLOW
SHOWN_AT_HOME = 5
PAST_SHOWN = timedelta(days=31)
MOST_LINES = 200


@require_safe
@effector_page()
def home(request: HttpRequest, effector: Effector) -> HttpResponse:
    """The card as the 15 sees it, what there is to do, the patients to come."""
    now = timezone.now()
    offered = weekly(effector.national_id, zone=effector.zone(), now=now)
    coming = sent_to(effector.national_id).filter(end__gt=now)[:SHOWN_AT_HOME] if FOLLOW in effector.scopes else []
    context = {
        "page": seen_page(request, effector, actor=person(request)),
        "weekly": offered,
        "this_week": duration(offered.this_week),
        "next_week": duration(offered.next_week),
        "settings": settings_of(effector.national_id),
        "coming": [line(one, now) for one in coming],
        "may_follow": FOLLOW in effector.scopes,
    }
    return render(request, "booking/effector_home.html", frame(request, effector) | context)


@require_safe
@effector_page(FOLLOW)
def patients(request: HttpRequest, effector: Effector) -> HttpResponse:
    """To come first, then those of the last month, on whom a word can be said."""
    now = timezone.now()
    sent = sent_to(effector.national_id).select_related("occurrence", "regulator", "appointment")
    context = {
        "coming": [row(one, now) for one in sent.filter(end__gt=now)[:MOST_LINES]],
        "past": [row(one, now) for one in sent.filter(end__lte=now, end__gt=now - PAST_SHOWN).reverse()[:MOST_LINES]],
    }
    return render(request, "booking/effector_patients.html", frame(request, effector) | context)


@require_POST
@effector_page(FOLLOW)
def attendance(request: HttpRequest, effector: Effector, orientation_id: UUID) -> HttpResponse:
    """The patient came, or not."""
    orientation = sent_or_404(effector, orientation_id)
    form = AttendanceForm(request.POST)
    try:
        if not form.is_valid():
            raise NotNotable
        note_attendance(actor=person(request), orientation=orientation, state=form.state)
        messages.success(request, "C’est noté.")
    except NotNotable:
        messages.error(request, "La venue de ce patient ne peut pas être notée ici.")
    return redirect("booking:effector_patients", effector.national_id)


@require_POST
@effector_page(FOLLOW)
def refuse(request: HttpRequest, effector: Effector, orientation_id: UUID) -> HttpResponse:
    """The patient cannot be received after all: the regulator sees it at once."""
    orientation = sent_or_404(effector, orientation_id)
    try:
        decline(actor=person(request), orientation=orientation)
        messages.success(request, "Le régulateur est prévenu et la place est libre de nouveau.")
    except NotCancellable:
        messages.error(request, "Cette orientation ne s’annule pas ici : passez par votre logiciel.")
    return redirect("booking:effector_patients", effector.national_id)


def row(orientation: Orientation, now: datetime) -> dict[str, Any]:
    return {
        "line": line(orientation, now),
        "notable": notable(orientation, now),
        "declinable": declinable(orientation, now),
    }


def sent_or_404(effector: Effector, orientation_id: UUID) -> Orientation:
    """Load and authorise: a patient sent to somebody else does not exist."""
    found = sent_to(effector.national_id).filter(pk=orientation_id).first()
    if found is None:
        raise Http404
    return found
