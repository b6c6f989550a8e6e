"""Who did or read what of a booking: appended, shown to the person it is about."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from booking.patients.models import Booking, BookingEvent, BookingState, EventKind
from sasportal.accounts.models import User
from sasportal.audit.trail import name_of

# The same reader looking again within this time is written down once
SAME_READING = timedelta(hours=1)


def write(booking: Booking, kind: EventKind, actor: User | str) -> None:
    BookingEvent.objects.create(booking=booking, kind=kind, by=name_of(actor))


def write_reading(bookings: list[Booking], actor: User) -> None:
    """Note that somebody of the practice read who these patients are."""
    since = timezone.now() - SAME_READING
    read = BookingEvent.objects.filter(booking__in=bookings, kind=EventKind.READ, by=name_of(actor), at__gt=since)
    known = set(read.values_list("booking_id", flat=True))
    BookingEvent.objects.bulk_create(
        BookingEvent(booking=one, kind=EventKind.READ, by=name_of(actor)) for one in bookings if one.pk not in known
    )


@transaction.atomic
def move(booking: Booking, before: BookingState, after: BookingState, *, actor: User | str, kind: EventKind,
         **changes: object) -> bool:  # fmt: skip
    """Bring a booking from one state to another; False, and nothing changed, when somebody was faster."""
    said = {"state": after, "changed_at": timezone.now(), "sequence": booking.sequence + 1} | changes
    if not Booking.objects.filter(pk=booking.pk, state=before).update(**said):
        return False
    for name, value in said.items():
        setattr(booking, name, value)
    write(booking, kind, actor)
    return True
