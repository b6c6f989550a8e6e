"""An editor tells what became of an appointment a patient asked of it (INT_R03, under our own identifier)."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agenda.models import Editor
from booking.incoming import Told
from booking.models import AppointmentStatus
from booking.patients import notices, replacing
from booking.patients.history import move
from booking.patients.models import OPEN_STATES, Booking, BookingState, EventKind

KINDS = {
    BookingState.BOOKED: EventKind.BOOKED,
    BookingState.FULFILLED: EventKind.FULFILLED,
    BookingState.NOSHOW: EventKind.NOSHOW,
    BookingState.CANCELLED: EventKind.CANCELLED,
}
STATES = {status: BookingState(status.value) for status in AppointmentStatus}


class NeverAsked(Exception):
    """This portal asked no such appointment of this editor."""


@dataclass(frozen=True, kw_only=True)
class Followed:
    """`late`: older than what is known, or overtaken by what the patient did; nothing changed."""

    booking: Booking
    late: bool = False


def is_ours(system: str) -> bool:
    return system == settings.APPOINTMENT_SYSTEM


@transaction.atomic
def follow(*, editor: Editor, told: Told) -> Followed:
    """Bring the booking to what its editor says, and tell the patient; raises NeverAsked. The same twice is once."""
    booking = _locked(editor, told.value)
    if _is_late(booking, told):
        return Followed(booking=booking, late=True)
    before, after = BookingState(booking.state), STATES[told.status]
    moved = (booking.start, booking.end) != (told.start, told.end)
    known = {"at_editor": after, "editor_updated_at": told.last_updated or booking.editor_updated_at}
    if before == after and not moved:
        Booking.objects.filter(pk=booking.pk).update(**known)
        return Followed(booking=booking)
    ended: dict[str, object] = {"cancelled_at": timezone.now()} if after == BookingState.CANCELLED else {}
    if before in replacing.VAIN:
        ended["replaces"] = None  # another time may have been found meanwhile
    kind = KINDS[after] if before != after else EventKind.CHANGED
    move(
        booking, before, after, actor=f"editor:{editor.pk}", kind=kind, start=told.start, end=told.end, **known, **ended
    )  # fmt: skip
    if before == BookingState.PENDING:
        replacing.settle(booking)
    _tell(booking, moved=moved and before == after, asked=before == BookingState.PENDING)
    return Followed(booking=booking)


def _locked(editor: Editor, value: str) -> Booking:
    try:
        number = UUID(value)
    except ValueError:
        raise NeverAsked from None
    asked = Booking.objects.select_for_update(no_key=True, of=("self",)).filter(editor=editor, asked_at__isnull=False)
    booking = asked.filter(pk=number).first()
    if booking is None:
        raise NeverAsked
    return booking


def _is_late(booking: Booking, told: Told) -> bool:
    """Older than the last news; or of an appointment given up here, of which the editor does not know yet."""
    if told.last_updated and booking.editor_updated_at and told.last_updated < booking.editor_updated_at:
        return True
    given_up = booking.state in {BookingState.CANCELLED, BookingState.REFUSED}
    return given_up and told.status != AppointmentStatus.CANCELLED and booking.at_editor != BookingState.CANCELLED


def _tell(booking: Booking, *, moved: bool, asked: bool) -> None:
    if moved and booking.state in OPEN_STATES:
        notices.tell_new_time(booking)
    elif asked and booking.state == BookingState.BOOKED:
        notices.tell_taken(booking)
    elif booking.state in {BookingState.BOOKED, BookingState.CANCELLED}:
        notices.tell_changed(booking)
