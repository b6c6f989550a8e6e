"""The patient's next appointment, for the home page of his side, which stands to the left of this app."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from booking.patients.access import bookings_of
from booking.patients.lines import booking_line
from booking.patients.models import OPEN_STATES
from sasportal.accounts import signed_in
from sasportal.accounts.patients.access import is_patient, patient


def next_appointment(request: HttpRequest) -> str:
    """Return its card in HTML; nothing without one, or before a second factor was proven."""
    if not is_patient(request.user) or not signed_in.strongly(request):
        return ""
    ahead = bookings_of(patient(request)).filter(state__in=OPEN_STATES, end__gt=timezone.now()).order_by("start")
    first = ahead.first()
    if first is None:
        return ""
    context = {"line": booking_line(first), "others": ahead.count() - 1}
    return render_to_string("patient/booking/_next.html", context)
