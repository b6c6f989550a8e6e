"""A regulator chooses a slot: check it once more, remember the choice, give the address to open."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from agenda.models import Editor
from agenda.recheck import recheck
from agenda.searches import Search
from agenda.slots import AppointmentType, Slot
from booking import whereabouts
from booking.history import move, write_event
from booking.models import Orientation, OrientationState
from booking.states import NO_RETURN_AFTER, without_return
from sasportal.accounts.models import User
from sasportal.audit import trail


class SlotUnknown(Exception):
    """This search never showed that slot."""


class NotConfirmable(Exception):
    """Only what was agreed by phone is confirmed by hand."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What choosing a slot led to. No `orientation`: the slot is gone, `alternatives` are the next three."""

    orientation: Orientation | None = None
    verified: bool = True
    gone_slot: Slot | None = None
    alternatives: tuple[Slot, ...] = ()

    @property
    def gone(self) -> bool:
        return self.orientation is None


def open_orientation(*, actor: User, search: Search, slot_key: str, origin: str = "") -> Choice:
    """Check the slot at its editor and record the orientation, once per regulator and slot.

    Clicking again within NO_RETURN_AFTER gives the same orientation without asking the editor again:
    the slot may be gone because this very regulator took it. Raises SlotUnknown.
    """
    known = _known(actor, slot_key)
    if known is not None:
        return Choice(orientation=_recorded_again(actor, known, origin), verified=known.verified)
    checked = recheck(search=search, slot_key=slot_key)
    if checked.slot is None and not checked.verified:
        raise SlotUnknown
    if checked.slot is None:
        return Choice(alternatives=checked.alternatives)
    new = _new_orientation(actor, search, checked.slot, verified=checked.verified)
    return Choice(orientation=_opened(actor, new, origin), verified=checked.verified, alternatives=checked.alternatives)


def confirm_by_phone(*, actor: User, orientation: Orientation) -> Orientation:
    """Note that the practitioner agreed by phone; raises NotConfirmable."""
    if orientation.booking_url or not move(orientation, OrientationState.OPENED, OrientationState.BOOKED, actor=actor):
        raise NotConfirmable
    return orientation


def _known(actor: User, slot_key: str) -> Orientation | None:
    """An orientation of this slot that a second click must not double."""
    fresh = timezone.now() - NO_RETURN_AFTER
    mine = Orientation.objects.filter(regulator=actor, slot_key=slot_key)
    return (
        mine.filter(state=OrientationState.BOOKED).first()
        or mine.filter(state=OrientationState.OPENED, opened_at__gte=fresh).first()
    )


@transaction.atomic
def _opened(actor: User, new: Orientation, origin: str) -> Orientation:
    """Insert, or take the open one that another click inserted: the constraint decides."""
    Orientation.objects.bulk_create([new], ignore_conflicts=True)
    orientation = (
        Orientation.objects.select_for_update(no_key=True)
        .filter(regulator=actor, slot_key=new.slot_key)
        .exclude(state=OrientationState.CANCELLED)
        .order_by("-opened_at")
        .first()
    )
    if orientation is None:  # cancelled in between by the same person
        raise SlotUnknown
    created = orientation.pk == new.pk
    if not created and without_return(orientation, new.opened_at):
        orientation.opened_at = orientation.changed_at = new.opened_at
        orientation.verified, orientation.booking_url = new.verified, new.booking_url
        orientation.save(update_fields=["opened_at", "changed_at", "verified", "booking_url"])
        created = True
    if created:
        write_event(orientation, OrientationState.OPENED, actor)
    return _recorded_again(actor, orientation, origin)


def _recorded_again(actor: User, orientation: Orientation, origin: str) -> Orientation:
    """Leave a trace of every time a browser is sent to an editor."""
    if orientation.booking_url and orientation.state == OrientationState.OPENED:
        trail.record(
            actor=actor, action="editor.redirect", target=f"orientation:{orientation.pk}", origin=origin,
            editor=orientation.editor_id,
        )  # fmt: skip
    return orientation


def _new_orientation(actor: User, search: Search, slot: Slot, *, verified: bool) -> Orientation:
    editor = Editor.objects.filter(pk=slot.editor_id).first()
    now = timezone.now()
    return Orientation(
        regulator=actor,
        editor=editor,
        editor_name=editor.name if editor else "",
        start=slot.start,
        end=slot.end,
        slot_key=slot.key,
        slot_types=[kind.value for kind in slot.types],
        consultation=[kind.value for kind in slot.consultation],
        booking_url="" if slot.appointment_type is AppointmentType.WALKIN else slot.booking_url,
        verified=verified,
        **whereabouts.of_search(search),
        opened_at=now,
        changed_at=now,
        **whereabouts.of_choice(search, slot),
    )
