"""With whom, where and when, as a patient may know it: nothing that was written or chosen for regulators."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agenda.filters import Filters
from agenda.own.models import Occurrence
from agenda.own.offer import KEY_PREFIX, own_slots
from agenda.searches import Search
from agenda.slots import Slot
from agenda.visibility import Viewer, sort_slots
from agenda.windows import Window
from booking import whereabouts
from directory.candidates import candidates
from directory.found import Candidate
from sasportal.phones import french_phone

ALTERNATIVES = 3
AHEAD = timedelta(days=14)
ALL = Filters(within_hours=AHEAD // timedelta(hours=1))


class SlotUnknown(Exception):
    """This search never showed that slot to a patient."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    slot: Slot
    candidate: Candidate


def shown_own(search: Search, slot_key: str) -> Shown:
    """Return the slot of the own agenda that this search shows to its patient; raises SlotUnknown."""
    slot = next((one for one in search.own if one.key == slot_key), None)
    if slot is None or search.viewer is not Viewer.PATIENT:
        raise SlotUnknown
    return Shown(
        slot=slot, candidate=next(one for one in search.found.candidates if one.national_id == slot.national_id)
    )  # fmt: skip


def offered_now(national_id: str, *, now: datetime) -> list[Shown]:
    """What the practitioner's own agenda offers to the public in the coming two weeks, by start."""
    candidate = next(iter(candidates([national_id])), None)
    if candidate is None:
        return []
    window = Window(start=now, end=now + AHEAD)
    slots = own_slots([candidate], window=window, now=now)
    visible, _ = sort_slots(slots, candidate=candidate, viewer=Viewer.PATIENT, window=window, now=now, filters=ALL)
    return [Shown(slot=one.slot, candidate=candidate) for one in visible if one.slot.start <= now + AHEAD]


def next_to(start: datetime, slot_key: str, offered: list[Shown]) -> list[Shown]:
    """The next three, later ones first, then earlier ones."""
    others = [one for one in offered if one.slot.key != slot_key]
    later = [one for one in others if one.slot.start >= start]
    return [*later, *(one for one in others if one.slot.start < start)][:ALTERNATIVES]


def columns(shown: Shown, occurrence: Occurrence, start: datetime) -> dict[str, Any]:
    """The columns of a `Meeting` for one place of the own agenda."""
    slot, candidate = shown.slot, shown.candidate
    where = whereabouts.of_slot(candidate, slot)
    known = next((place for place in candidate.places if place.key == occurrence.place_key), None)
    # The directory's own number: another one may have been given for regulators alone
    phone = getattr(known, "national_phone", known.phone) if known else ""
    return {
        "occurrence": occurrence,
        "slot_key": f"{KEY_PREFIX}{occurrence.pk}",
        "specialty": speciality_of(candidate),
        "consultation": [kind.value for kind in slot.consultation],
        "start": start,
        "end": occurrence.end,
        **whereabouts.of_practitioner(candidate),
        **where,
        "time_zone": occurrence.time_zone,
        "phone": (french_phone(phone) or phone)[:20],
    }


def speciality_of(candidate: Candidate) -> str:
    return (candidate.specialties[0] if candidate.specialties else candidate.profession_label)[:120]
