"""What the practice sees of those who booked by themselves: it has to know whom it receives. Nobody else reads it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from booking.forms import AttendanceForm
from booking.models import OrientationState
from booking.patients import changing
from booking.patients.changing import NotCancellable
from booking.patients.forms import RuleForm
from booking.patients.history import write_reading
from booking.patients.lines import booking_line
from booking.patients.models import Booking, BookingState, PracticeRule
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.rights import Effector, acts_for
from sasportal.accounts.models import DelegateScope
from sasportal.wording import dated

FOLLOW = DelegateScope.FOLLOW
PAST_SHOWN = timedelta(days=30)
MOST_LINES = 200


def of_practice(effector: Effector, request: HttpRequest) -> str:
    """Only who is, or works for, the practitioner: an administrator may open his pages, never this one."""
    if effector.national_id not in acts_for(person(request)):
        raise PermissionDenied
    return effector.national_id


@require_safe
@effector_page(FOLLOW)
def bookings(request: HttpRequest, effector: Effector) -> HttpResponse:
    """Those to come, then those of the last month; each reading is written down for the patient to see."""
    now = timezone.now()
    of_mine = Booking.objects.filter(practitioner=of_practice(effector, request)).select_related("key")
    coming = of_mine.filter(state=BookingState.BOOKED, end__gt=now).order_by("start")[:MOST_LINES]
    recent = of_mine.filter(end__gt=now - PAST_SHOWN).exclude(state=BookingState.BOOKED, end__gt=now)
    past = recent.order_by("-start")[:MOST_LINES]
    write_reading([one for one in [*coming, *past] if one.readable], person(request))
    form = RuleForm(initial={"heures": changing.hours_before(effector.national_id)})
    context = {"coming": [row(one) for one in coming], "past": [row(one) for one in past], "form": form}
    return render(request, "booking/effector_bookings.html", frame(request, effector) | context)


@require_POST
@effector_page(FOLLOW)
def rule(request: HttpRequest, effector: Effector) -> HttpResponse:
    """From when on a cancellation is late."""
    national_id, form = of_practice(effector, request), RuleForm(request.POST)
    if form.is_valid():
        changing.write_rule(actor=person(request), national_id=national_id, hours=form.cleaned_data["heures"])
        messages.success(request, "C’est enregistré.")
        return redirect("booking:effector_bookings", national_id)
    messages.error(request, f"Indiquez un nombre d’heures entre 0 et {PracticeRule.MOST_HOURS}.")
    return redirect("booking:effector_bookings", national_id)


def row(booking: Booking) -> dict[str, Any]:
    line, now = booking_line(booking), timezone.now()
    noted = {BookingState.BOOKED, BookingState.FULFILLED, BookingState.NOSHOW}
    return {
        "line": line,
        "born": dated(line.patient.birth_date) if line.patient else "",
        "notable": booking.state in noted and booking.start <= now,
        "cancellable": booking.state == BookingState.BOOKED and booking.start > now,
    }


@require_POST
@effector_page(FOLLOW)
def attendance(request: HttpRequest, effector: Effector, booking_id: UUID) -> HttpResponse:
    """The patient came, or not."""
    booking = _booking_or_404(effector, request, booking_id)
    form = AttendanceForm(request.POST)
    came = form.is_valid() and form.state == OrientationState.FULFILLED
    if form.is_valid() and changing.note_attendance(actor=person(request), booking=booking, came=came):
        messages.success(request, "C’est noté.")
    else:
        messages.error(request, "La venue de ce patient ne peut pas être notée ici.")
    return redirect("booking:effector_bookings", effector.national_id)


@require_POST
@effector_page(FOLLOW)
def refuse(request: HttpRequest, effector: Effector, booking_id: UUID) -> HttpResponse:
    """The patient cannot be received after all: he is told by e-mail."""
    booking = _booking_or_404(effector, request, booking_id)
    try:
        changing.cancel(actor=person(request), booking=booking)
        messages.success(request, "Le rendez-vous est annulé : le patient est prévenu par e-mail.")
    except NotCancellable:
        messages.error(request, "Ce rendez-vous ne peut plus être annulé.")
    return redirect("booking:effector_bookings", effector.national_id)


def _booking_or_404(effector: Effector, request: HttpRequest, booking_id: UUID) -> Booking:
    found = Booking.objects.filter(pk=booking_id, practitioner=of_practice(effector, request)).first()
    if found is None:
        raise Http404
    return found
