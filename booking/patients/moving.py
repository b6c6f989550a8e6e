"""Another time with the same practitioner: what his own agenda offers, or his editor, asked at once."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from agenda.own.offer import SlotGone
from agenda.patients.opening import open_for_one
from agenda.progress import Progress
from agenda.recheck import recheck
from agenda.searches import heard
from booking.patients.editor_slots import bookable_here, kept_search, takes_patients
from booking.patients.meetings import Shown, offered_now
from booking.patients.models import Booking, BookingState

# A page that waits this long still feels alive; an editor slower than that is said to be silent
PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, kw_only=True)
class Times:
    """`search` is what an editor was asked under; `silent`: it did not answer, so nothing is known of its times."""

    offers: tuple[Shown, ...] = ()
    search: UUID | None = None
    silent: bool = False


def movable(booking: Booking, replacement: Booking | None) -> bool:
    """Is it ahead, confirmed, not being moved already, and somewhere that takes another time from here?"""
    if booking.state != BookingState.BOOKED or booking.start <= timezone.now() or replacement:
        return False
    return booking.editor_id is None or takes_patients(booking.editor_id)


def other_times(booking: Booking, *, owner: str) -> Times:
    """What the same practitioner offers besides; at an editor, in the days its searches reach."""
    if booking.editor_id is None:
        offered = offered_now(booking.practitioner, now=timezone.now())
        return Times(offers=tuple(one for one in offered if one.slot.key != booking.slot_key))
    search = open_for_one(booking.practitioner, owner=owner)
    if search is None:
        return Times()
    progress = Progress(search, now=timezone.now())
    for event in heard(search, seconds=PATIENCE_SECONDS):
        progress.take(event)
    card = progress.card(booking.practitioner)
    shown = (bookable_here(search, one.slot) for one in card.slots if one.slot.editor_id == booking.editor_id)
    offers = tuple(one for one in shown if one and one.slot.key != booking.slot_key)
    return Times(offers=offers, search=search.id, silent=bool(card.waiting or card.failed))


def chosen(booking: Booking, slot_key: str, search_id: UUID | None, *, owner: str) -> Shown:
    """Return the time somebody chose, as it is now; raises SlotGone."""
    shown = _own(booking, slot_key) if booking.editor_id is None else _at_editor(booking, slot_key, search_id, owner)
    if shown is None:
        raise SlotGone
    return shown


def _own(booking: Booking, slot_key: str) -> Shown | None:
    offered = offered_now(booking.practitioner, now=timezone.now())
    return next((one for one in offered if one.slot.key == slot_key), None)


def _at_editor(booking: Booking, slot_key: str, search_id: UUID | None, owner: str) -> Shown | None:
    """One of the same practitioner at the same editor, whatever else that search found."""
    search = kept_search(search_id, owner=owner)
    slot = recheck(search=search, slot_key=slot_key).slot if search else None
    same = slot and (slot.national_id, slot.editor_id) == (booking.practitioner, booking.editor_id)
    return bookable_here(search, slot) if search and slot and same else None
