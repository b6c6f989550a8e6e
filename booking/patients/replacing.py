"""The old time of an appointment that is moved: kept until the new one is booked, then given up, in this order."""

from django.db import transaction
from django.utils import timezone

from agenda.own.offer import give_back_place
from booking.patients import asked
from booking.patients.history import move
from booking.patients.models import OPEN_STATES, Booking, BookingState, EventKind
from sasportal.accounts.models import User

# What replaces nothing after all
VAIN = (BookingState.REFUSED, BookingState.CANCELLED)


def replacement_of(booking: Booking) -> Booking | None:
    """The booking asked or made in its place, if one still stands."""
    return Booking.objects.filter(replaces=booking).exclude(state__in=VAIN).first()


def kept(booking: Booking) -> Booking | None:
    """The old time that still holds, of a move that was asked for, or that came to nothing."""
    old = booking.replaces
    return old if old and old.state in OPEN_STATES and booking.state in {BookingState.PENDING, *VAIN} else None


def replaced(booking: Booking) -> Booking | None:
    """The old time it took the place of, once it did."""
    return booking.replaces if booking.state not in {BookingState.PENDING, *VAIN} else None


def settle(new: Booking) -> None:
    """Its editor answered: booked, the old time is free again; otherwise nothing changed. In its transaction."""
    old = Booking.objects.filter(pk=new.replaces_id).select_related("editor").first() if new.replaces_id else None
    if old and new.state == BookingState.BOOKED:
        asked_by = new.events.filter(kind=EventKind.ASKED).values_list("by", flat=True).first()
        give_up(old, actor=asked_by or f"editor:{new.editor_id}")


@transaction.atomic
def give_up(old: Booking, *, actor: User | str) -> None:
    """Free the old time, here or at its editor. Cancelled or over meanwhile, there is nothing to give up."""
    state = BookingState(old.state)
    if state not in OPEN_STATES or not move(
        old, state, BookingState.CANCELLED, actor=actor, kind=EventKind.MOVED, cancelled_at=timezone.now()
    ):
        return
    if old.occurrence_id is not None:
        give_back_place(occurrence_id=old.occurrence_id)
    else:
        asked.ask(old)
