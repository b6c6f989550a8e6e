"""After booking: cancel, take that back within ten minutes, note what the practice says."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agenda.own.offer import SlotFull, SlotGone, SlotPast, give_back_place, lock, take_place
from booking.patients import asked, notices
from booking.patients.history import move
from booking.patients.models import OPEN_STATES, Booking, BookingState, EventKind, PracticeRule
from sasportal.accounts.models import User
from sasportal.audit import trail

__all__ = ["NotCancellable", "SlotFull", "SlotGone", "SlotPast", "TooLateToUndo", "cancel", "is_late", "undo"]

UNDO_FOR = timedelta(minutes=10)


class NotCancellable(Exception):
    """It is over, or not open any more."""


class TooLateToUndo(Exception):
    """Ten minutes have passed, or it was never cancelled."""


def is_late(booking: Booking) -> bool:
    """Would cancelling now come later than the practice asks for?"""
    return timezone.now() > booking.start - timedelta(hours=hours_before(booking.practitioner))


def hours_before(national_id: str) -> int:
    """How many hours before an appointment this practice wants to be told."""
    rule = PracticeRule.objects.filter(pk=national_id).values_list("cancellation_hours", flat=True).first()
    return PracticeRule.DEFAULT_HOURS if rule is None else rule


@transaction.atomic
def write_rule(*, actor: User, national_id: str, hours: int) -> None:
    """Say from when on a cancellation is late; what was cancelled before stays as it was noted."""
    PracticeRule.objects.update_or_create(pk=national_id, defaults={"cancellation_hours": hours})
    trail.record(actor=actor, action="practice_rule_changed", target=national_id, hours=hours)


@transaction.atomic
def cancel(*, actor: User | str, booking: Booking) -> Booking:
    """Cancel at any time before it begins; late, it is noted so. Raises NotCancellable."""
    now = timezone.now()
    if booking.occurrence_id is not None:
        lock(booking.occurrence_id)  # before the booking, as whoever moves it does
    if booking.state not in OPEN_STATES or booking.start <= now or not move(
        booking, BookingState(booking.state), BookingState.CANCELLED, actor=actor, kind=EventKind.CANCELLED,
        cancelled_at=now, cancelled_late=booking.state == BookingState.BOOKED and is_late(booking),
    ):  # fmt: skip
        raise NotCancellable
    if booking.occurrence_id is not None:
        give_back_place(occurrence_id=booking.occurrence_id)
    else:
        asked.ask(booking)
    notices.tell_changed(booking)
    return booking


def undoable(booking: Booking) -> bool:
    now = timezone.now()
    recent = booking.cancelled_at is not None and now < booking.cancelled_at + UNDO_FOR
    replaced = Booking.objects.filter(replaces=booking).exists()
    return (
        recent
        and booking.occurrence_id is not None
        and booking.state == BookingState.CANCELLED
        and booking.start > now
        and not replaced
    )


@transaction.atomic
def undo(*, actor: User, booking: Booking) -> Booking:
    """Take the place again; raises `TooLateToUndo`, or `SlotFull`, `SlotPast`, `SlotGone` when it is not free."""
    if not undoable(booking) or booking.occurrence_id is None:
        raise TooLateToUndo
    take_place(occurrence_id=booking.occurrence_id, now=timezone.now(), shown_start=booking.start)
    if not move(
        booking, BookingState.CANCELLED, BookingState.BOOKED, actor=actor, kind=EventKind.RESTORED,
        cancelled_at=None, cancelled_late=False,
    ):  # fmt: skip
        raise TooLateToUndo
    notices.tell_changed(booking)
    return booking


@transaction.atomic
def note_attendance(*, actor: User, booking: Booking, came: bool) -> bool:
    """The practice notes whether the patient came; False when there is nothing to note."""
    after, kind = (
        (BookingState.FULFILLED, EventKind.FULFILLED) if came else (BookingState.NOSHOW, EventKind.NOSHOW)
    )  # fmt: skip
    before = BookingState(booking.state)
    noted = (BookingState.BOOKED, BookingState.FULFILLED, BookingState.NOSHOW)
    if before not in noted or before == after or booking.start > timezone.now():
        return False
    return move(booking, before, after, actor=actor, kind=kind)
