"""Which bookings may this account open? The one place that loads and authorises a booking of a patient."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from booking.patients.models import Booking, PersonKind, Scope
from booking.patients.people import allowed
from booking.patients.wizard import JUST_BOOKED
from sasportal.accounts import signed_in
from sasportal.accounts.models import User
from sasportal.accounts.patients.access import patient, patient_required, second_factor_first

View = Callable[..., HttpResponseBase]


def bookings_of(account: User) -> QuerySet[Booking]:
    """Those this account made for somebody it may still see for, and those made for itself by a helper."""
    today = timezone.localdate()
    helping = Q(person__kind=PersonKind.ADULT) & ~Q(
        person__accepted_at__isnull=False, person__ended_at=None, person__ends_on__gte=today,
        person__scopes__contains=[Scope.SEE],
    )  # fmt: skip
    mine = Q(account=account) & ~helping
    found = Booking.objects.filter(mine | Q(person__helped=account))
    return found.select_related("key", "person", "occurrence", "editor", "replaces__key")


def may(account: User, booking: Booking, scope: Scope) -> bool:
    """May this account cancel it, or book another time instead?"""
    if booking.person is None:
        return False
    if booking.person.kind == PersonKind.CHILD and booking.account_id == account.pk:
        return True  # one who turned 15 meanwhile is still looked after for what was booked before
    return allowed(account, booking.person, scope, now=timezone.now())


def booking_page(view: View) -> View:
    """Give the view a booking of this account; a second factor is needed, but for what was booked a moment ago."""

    @wraps(view)
    def guarded(request: HttpRequest, booking_id: UUID, **more: Any) -> HttpResponseBase:
        account = patient(request)
        just_booked = str(booking_id) in request.session.get(JUST_BOOKED, [])
        if not just_booked and not signed_in.strongly(request):
            return second_factor_first(request)
        booking = bookings_of(account).filter(pk=booking_id).first()
        if booking is None:
            raise Http404
        return view(request, booking, **more)

    return patient_required(guarded)
