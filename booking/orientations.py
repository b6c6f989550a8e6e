"""A regulator chooses a slot: check it once more, remember the choice, give the address to open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from agenda.models import Editor
from agenda.progress import contact
from agenda.recheck import recheck
from agenda.searches import Search
from agenda.slots import AppointmentType, Slot
from booking.models import Orientation, OrientationEvent, OrientationState
from directory.found import Candidate, CandidatePlace
from directory.zones import zone_of_postal_code
from sasportal.accounts.models import User
from sasportal.audit import trail
from sasportal.phones import french_phone
from sasportal.wording import title

NO_RETURN_AFTER = timedelta(minutes=30)


class SlotUnknown(Exception):
    """This search never showed that slot."""


class NotCancellable(Exception):
    """The editor already confirmed it, or it is over: it is cancelled there."""


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


def cancel_orientation(*, actor: User, orientation: Orientation) -> Orientation:
    """Give up an orientation the editor has not confirmed; raises NotCancellable."""
    if not _moved(orientation, OrientationState.OPENED, OrientationState.CANCELLED, actor=actor):
        raise NotCancellable
    return orientation


def confirm_by_phone(*, actor: User, orientation: Orientation) -> Orientation:
    """Note that the practitioner agreed by phone; raises NotConfirmable."""
    if orientation.booking_url or not _moved(
        orientation, OrientationState.OPENED, OrientationState.BOOKED, actor=actor
    ):
        raise NotConfirmable
    return orientation


def without_return(orientation: Orientation, now: datetime) -> bool:
    """Was the editor's page opened long ago without anything coming back?"""
    waiting = orientation.state == OrientationState.OPENED and bool(orientation.booking_url)
    return waiting and now - orientation.opened_at > NO_RETURN_AFTER


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
        _write_event(orientation, OrientationState.OPENED, actor)
    return _recorded_again(actor, orientation, origin)


def _recorded_again(actor: User, orientation: Orientation, origin: str) -> Orientation:
    """Leave a trace of every time a browser is sent to an editor."""
    if orientation.booking_url and orientation.state == OrientationState.OPENED:
        trail.record(
            actor=actor, action="editor.redirect", target=f"orientation:{orientation.pk}", origin=origin,
            editor=orientation.editor_id,
        )  # fmt: skip
    return orientation


@transaction.atomic
def _moved(orientation: Orientation, before: OrientationState, after: OrientationState, *, actor: User) -> bool:
    """Compare and swap: nothing changes when the editor was faster."""
    now = timezone.now()
    row = Orientation.objects.filter(pk=orientation.pk, state=before)
    if not row.update(state=after, changed_at=now):
        return False
    orientation.state, orientation.changed_at = after, now
    _write_event(orientation, after, actor)
    return True


def _write_event(orientation: Orientation, state: OrientationState, actor: User) -> None:
    OrientationEvent.objects.create(orientation=orientation, state=state, by=str(actor.technical_id))


def _new_orientation(actor: User, search: Search, slot: Slot, *, verified: bool) -> Orientation:
    candidate = next(one for one in search.found.candidates if one.national_id == slot.national_id)
    editor = Editor.objects.filter(pk=slot.editor_id).first()
    now = timezone.now()
    return Orientation(
        regulator=actor,
        editor=editor,
        editor_name=editor.name if editor else "",
        practitioner=slot.national_id,
        practitioner_name=f"{title(candidate.civility)[0]} {candidate.name}".strip()[:210],
        start=slot.start,
        end=slot.end,
        slot_key=slot.key,
        slot_types=[kind.value for kind in slot.types],
        consultation=[kind.value for kind in slot.consultation],
        booking_url="" if slot.appointment_type is AppointmentType.WALKIN else slot.booking_url,
        verified=verified,
        contextual_origin=search.origin[:60],
        opened_at=now,
        changed_at=now,
        **_whereabouts(candidate, slot),
    )


def _whereabouts(candidate: Candidate, slot: Slot) -> dict[str, Any]:
    """Where the patient goes and whom he calls: the editor's word first, then the directory's."""
    place = slot.place
    known = _same_town(candidate, slot)
    phone = place.phone or (known.phone if known else "") or contact(candidate)[1]
    return {
        "place": f"{place.line}, {place.postal_code} {place.city}".strip(" ,")[:320],
        "phone": (french_phone(phone) or phone)[:20],
        "department": known.department if known else "",
        "time_zone": zone_of_postal_code(place.postal_code),
    }


def _same_town(candidate: Candidate, slot: Slot) -> CandidatePlace | None:
    towns = (one for one in candidate.places if one.postal_code == slot.place.postal_code)
    return next(towns, candidate.places[0] if candidate.places else None)
