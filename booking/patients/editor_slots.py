"""Places at editors that take patients' appointments: kept for one visitor on our side only, the editor decides."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from agenda.models import Editor, EditorState
from agenda.own.offer import SlotFull, SlotGone, SlotPast
from agenda.recheck import recheck
from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, load_search
from agenda.slots import Slot, SlotType
from booking import whereabouts
from booking.patients.meetings import Shown, speciality_of
from booking.patients.models import OPEN_STATES, Booking, Draft
from booking.patients.waiting import wait_for_others
from sasportal.phones import french_phone


def bookable_here(search: Search, slot: Slot) -> Shown | None:
    """The slot with its practitioner, when its editor takes patients' appointments; None: it is booked over there."""
    candidate = next((one for one in search.found.candidates if one.national_id == slot.national_id), None)
    if candidate is None or SlotType.PUBLIC not in slot.types or not takes_patients(slot.editor_id):
        return None
    return Shown(slot=slot, candidate=candidate)


def takes_patients(editor_id: int) -> bool:
    return Editor.objects.filter(pk=editor_id, writes_appointments=True, state=EditorState.ON).exists()


def keep(draft: Draft, *, now: datetime) -> None:
    """Refuse what is past, asked of the editor by somebody, or kept by another visitor; in a transaction.

    Raises `SlotFull`, `SlotPast`, `SlotGone`.
    """
    assert draft.editor_id is not None  # noqa: S101 - looked at by the callers
    if draft.start <= now:
        raise SlotPast
    if not takes_patients(draft.editor_id):
        raise SlotGone
    wait_for_others("patient-editor-slot", f"{draft.editor_id}:{draft.slot_key}")
    same = Q(editor_id=draft.editor_id, slot_key=draft.slot_key, start=draft.start)
    if Booking.objects.filter(same, state__in=OPEN_STATES).exists():
        raise SlotFull
    if Draft.objects.filter(same, held_until__gt=now).exclude(pk=draft.pk).exists():
        raise SlotFull


def kept_search(search_id: UUID | None, *, owner: str) -> Search | None:
    """The search a place was found by; None once it is forgotten, or when it is another browser's."""
    try:
        return load_search(search_id, owner=owner) if search_id else None
    except (SearchExpired, SearchOfSomebodyElse):
        return None


def others_at_editor(meeting: Draft | Booking, search_id: UUID | None, *, owner: str) -> list[Shown] | None:
    """What else the same practitioner offers, asked of the editor now; None when the search is forgotten."""
    search = kept_search(search_id, owner=owner)
    if search is None:
        return None
    candidate = next((one for one in search.found.candidates if one.national_id == meeting.practitioner), None)
    if candidate is None:
        return None
    found = recheck(search=search, slot_key=meeting.slot_key).alternatives
    return [Shown(slot=one, candidate=candidate) for one in found]


def columns(shown: Shown) -> dict[str, Any]:
    """The columns of a `Meeting` for a slot of an editor; no phone that was given for regulators."""
    slot, candidate = shown.slot, shown.candidate
    known = next((one for one in candidate.places if one.postal_code == slot.place.postal_code), None)
    phone = slot.place.phone or (known.national_phone if known else "")
    return {
        "editor_id": slot.editor_id,
        "slot_key": slot.key,
        "specialty": speciality_of(candidate),
        "consultation": [kind.value for kind in slot.consultation],
        "start": slot.start,
        "end": slot.end,
        **whereabouts.of_practitioner(candidate),
        **whereabouts.of_slot(candidate, slot),
        "phone": (french_phone(phone) or phone)[:20],
    }
