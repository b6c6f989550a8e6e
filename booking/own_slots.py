"""A regulator takes a place in the platform's own agenda: confirmed here, atomically."""

import uuid
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from agenda.own.offer import SlotFull, SlotGone, SlotPast, occurrence_of, offered_from, own_slots, take_place
from agenda.recheck import next_to
from agenda.searches import Search
from agenda.slots import Slot
from agenda.visibility import sort_slots
from booking import whereabouts
from booking.history import write_event
from booking.models import Orientation, OrientationState, Way
from booking.notices import tell_effector
from booking.orientations import SlotUnknown
from directory.candidates import candidates
from directory.found import Candidate
from sasportal.accounts.models import User

__all__ = ["Offer", "SlotFull", "SlotGone", "SlotPast", "SlotUnknown", "look", "take"]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the regulator is about to take. `token` makes a second confirmation the same orientation.

    No `slot`: it is gone or full, `shown` is what it was; `alternatives` are the next three.
    """

    candidate: Candidate
    shown: Slot
    slot: Slot | None
    alternatives: tuple[Slot, ...]
    token: UUID


def look(*, search: Search, slot_key: str) -> Offer:
    """Say how the slot stands now; raises SlotUnknown when this search does not show it."""
    shown, candidate = _shown(search, slot_key)
    slots = _offered_now(search, candidate.national_id)
    slot = next((one for one in slots if one.key == slot_key and not moved(shown, one)), None)
    return Offer(
        candidate=candidate, shown=shown, slot=slot, alternatives=next_to(shown, slots), token=uuid.uuid4()
    )  # fmt: skip


def _offered_now(search: Search, national_id: str) -> list[Slot]:
    """What the practitioner's own agenda offers this viewer now: declarations and absences are read again."""
    now = timezone.now()
    candidate = next(iter(candidates([national_id])), None)
    if candidate is None:
        return []
    visible, _ = sort_slots(
        own_slots([candidate], window=search.window, now=now), candidate=candidate, viewer=search.viewer,
        window=search.window, now=now, filters=search.filters,
    )  # fmt: skip
    return [one.slot for one in visible]


def moved(shown: Slot, now: Slot) -> bool:
    """Is it no longer when the regulator saw it? A range goes on from one quarter of an hour to the next."""
    return shown.start != now.start and (shown.capacity <= 1 or shown.end != now.end)


def take(*, actor: User, search: Search, slot_key: str, token: UUID) -> Orientation:
    """Take one place of the slot as it was shown; the same token again gives the same orientation.

    Raises SlotFull, SlotPast, SlotGone, or SlotUnknown.
    """
    if known := Orientation.objects.filter(pk=token).first():
        return _own(known, actor)
    shown, candidate = _shown(search, slot_key)
    try:
        return _taken(actor, search, shown, candidate, token=token)
    except (IntegrityError, SlotFull, SlotGone, SlotPast):
        # A second click at the same instant: its twin may have taken this very place
        if known := Orientation.objects.filter(pk=token).first():
            return _own(known, actor)
        raise


@transaction.atomic
def _taken(actor: User, search: Search, shown: Slot, candidate: Candidate, *, token: UUID) -> Orientation:
    now = timezone.now()
    row = take_place(occurrence_id=occurrence_of(shown.key), now=now, shown_start=shown.start)
    orientation = Orientation.objects.create(
        id=token,
        regulator=actor,
        way=Way.OWN,
        occurrence=row,
        state=OrientationState.BOOKED,
        start=offered_from(row, now),
        end=row.end,
        slot_key=shown.key,
        slot_types=[kind.value for kind in shown.types],
        consultation=[kind.value for kind in shown.consultation],
        **whereabouts.of_search(search),
        opened_at=now,
        changed_at=now,
        **whereabouts.of_practitioner(candidate),
        **whereabouts.of_slot(candidate, shown),
    )
    write_event(orientation, OrientationState.BOOKED, actor)
    tell_effector(orientation)
    return orientation


def _shown(search: Search, slot_key: str) -> tuple[Slot, Candidate]:
    slot = next((one for one in search.own if one.key == slot_key), None)
    if slot is None:
        raise SlotUnknown
    return slot, next(one for one in search.found.candidates if one.national_id == slot.national_id)


def _own(orientation: Orientation, actor: User) -> Orientation:
    if orientation.regulator_id != actor.pk:
        raise SlotUnknown
    return orientation
