"""Which slots may this viewer see, and for each hidden one, why not? Pure functions.

The CPTS rules are numbered as in flows.md ("Display rules"). The same rules serve the portal, the
API, the patient and the page "Pourquoi ce créneau n'apparaît-il pas ?".
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from agenda.filters import Filters
from agenda.places import same_place
from agenda.slots import Cpts, Slot, SlotType
from agenda.windows import CPTS_REACH, Window
from directory.found import Candidate, DeclaredParticipation
from directory.zones import zone_of_postal_code


class Viewer(StrEnum):
    """Who looks. SELF is the practitioner looking at what regulators see of him: the same, without choosing."""

    REGULATOR = "regulator"
    SELF = "self"
    PATIENT = "patient"


class HiddenReason(StrEnum):
    """The rule that hid a slot; `.label` says it in French."""

    PAST = "past"
    OUTSIDE_WINDOW = "outside_window"
    EDITOR_SLOTS_REFUSED = "editor_slots_refused"
    TYPE_REFUSED = "type_refused"
    REPLACED = "replaced"
    ABSENT = "absent"
    NOT_FOR_PATIENTS = "not_for_patients"
    CPTS_UNKNOWN = "cpts_unknown"
    CPTS_NOT_DECLARED = "cpts_not_declared"
    CPTS_NOT_HERE = "cpts_not_here"
    CPTS_NOT_THEN = "cpts_not_then"
    OTHER_CPTS = "other_cpts"
    BEYOND_CPTS_WINDOW = "beyond_cpts_window"
    TOO_LATE = "too_late"
    OTHER_DAY = "other_day"
    OTHER_CONSULTATION = "other_consultation"
    OTHER_TYPE = "other_type"
    OTHER_SECTOR = "other_sector"
    NOT_FROM_CPTS = "not_from_cpts"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    HiddenReason.PAST: "Ce créneau a déjà commencé.",
    HiddenReason.OUTSIDE_WINDOW: "Ce créneau est au-delà de la période recherchée.",
    HiddenReason.EDITOR_SLOTS_REFUSED: "Le professionnel a choisi de ne pas montrer les créneaux de son logiciel.",
    HiddenReason.TYPE_REFUSED: "Le professionnel a choisi de ne pas montrer ce type de créneaux à ce lieu.",
    HiddenReason.REPLACED: "Les créneaux de son logiciel remplacent à ce lieu ceux de son agenda du portail.",
    HiddenReason.ABSENT: "Le professionnel a déclaré une absence à cette date.",
    HiddenReason.NOT_FOR_PATIENTS: "Ce créneau n’est pas ouvert au public.",
    HiddenReason.CPTS_UNKNOWN: "L’éditeur n’a pas dit avec quelle CPTS ce créneau est partagé.",
    HiddenReason.CPTS_NOT_DECLARED: "Le professionnel n’a pas déclaré participer au SAS via une CPTS.",
    HiddenReason.CPTS_NOT_HERE: "Le professionnel participe via une CPTS, mais pas à ce lieu.",
    HiddenReason.CPTS_NOT_THEN: "Le professionnel ne participe pas via une CPTS à cette date.",
    HiddenReason.OTHER_CPTS: "Ce créneau est partagé avec une autre CPTS que celle que le professionnel a déclarée.",
    HiddenReason.BEYOND_CPTS_WINDOW: "Un créneau de CPTS n’est proposé que dans les 48 heures.",
    HiddenReason.TOO_LATE: "Ce créneau est plus tard que le délai choisi.",
    HiddenReason.OTHER_DAY: "Ce créneau n’est pas du jour choisi.",
    HiddenReason.OTHER_CONSULTATION: "Ce créneau n’est pas du mode de consultation choisi.",
    HiddenReason.OTHER_TYPE: "Ce créneau n’est pas du type choisi.",
    HiddenReason.OTHER_SECTOR: "Le professionnel n’est pas du secteur conventionnel choisi.",
    HiddenReason.NOT_FROM_CPTS: "Le professionnel ne participe pas au SAS via la CPTS choisie.",
}


class VisibleSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A slot to show. `elsewhere`: at a place the directory does not know for this practitioner."""

    slot: Slot
    cpts_mark: Cpts | None = None
    elsewhere: bool = False
    editor_name: str = ""
    time_zone: str = "Europe/Paris"


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    slot: Slot
    reason: HiddenReason


def sort_slots(
    slots: Sequence[Slot],
    *,
    candidate: Candidate,
    viewer: Viewer,
    window: Window,
    now: datetime,
    filters: Filters | None = None,
) -> tuple[tuple[VisibleSlot, ...], tuple[Hidden, ...]]:
    """Part the slots of one practitioner into those this viewer may see and the others, each by start."""
    visible: list[VisibleSlot] = []
    hidden: list[Hidden] = []
    for received in sorted(slots, key=lambda slot: (slot.start, slot.end, slot.key)):
        slot = as_accepted(received, candidate)
        if slot is None:
            hidden.append(Hidden(slot=received, reason=HiddenReason.TYPE_REFUSED))
            continue
        reason = why_hidden(slot, candidate=candidate, viewer=viewer, window=window, now=now)
        reason = reason or why_filtered(slot, candidate=candidate, window=window, filters=filters or Filters())
        if reason:
            hidden.append(Hidden(slot=received, reason=reason))
            continue
        mark = cpts_mark(slot, candidate=candidate, viewer=viewer, window=window)
        visible.append(VisibleSlot(slot=slot, cpts_mark=mark))
    return tuple(visible), tuple(hidden)


def sort_association_slots(
    slots: Sequence[Slot], *, viewer: Viewer, window: Window, now: datetime, filters: Filters
) -> tuple[tuple[VisibleSlot, ...], tuple[Hidden, ...]]:
    """The same for an SOS association, which declares neither absence nor refusal, and shares with no CPTS."""
    visible: list[VisibleSlot] = []
    hidden: list[Hidden] = []
    for slot in sorted(slots, key=lambda slot: (slot.start, slot.end, slot.key)):
        reason = why_untimely(slot, window=window, now=now) or why_not_for(slot, viewer)
        reason = reason or why_narrowed(slot, window=window, filters=filters)
        if reason:
            hidden.append(Hidden(slot=slot, reason=reason))
        else:
            visible.append(VisibleSlot(slot=slot))
    return tuple(visible), tuple(hidden)


def as_accepted(slot: Slot, candidate: Candidate) -> Slot | None:
    """Return the slot less the types the practitioner does not show at its place; None when nothing remains.

    A slot without any type goes when every type is refused there.
    """
    refused = () if slot.own else next((p.refused_types for p in candidate.places if same_place(slot.place, p)), ())
    if not refused:
        return slot
    left = tuple(kind for kind in slot.types if kind not in refused)
    if not left and (slot.types or set(refused) >= set(SlotType)):
        return None
    return msgspec.structs.replace(slot, types=left) if left != slot.types else slot


def why_hidden(
    slot: Slot, *, candidate: Candidate, viewer: Viewer, window: Window, now: datetime
) -> HiddenReason | None:
    """Name the rule that hides this slot, or None when the viewer may see it."""
    if untimely := why_untimely(slot, window=window, now=now):
        return untimely
    if not candidate.accepts_editor_slots and not slot.own:
        return HiddenReason.EDITOR_SLOTS_REFUSED
    if any(start < slot.end and slot.start < end for start, end in candidate.absences):
        return HiddenReason.ABSENT
    if not_for := why_not_for(slot, viewer):
        return not_for
    if slot.types == (SlotType.CPTS,):
        return _why_cpts_fails(slot, candidate, window)
    return None


def why_untimely(slot: Slot, *, window: Window, now: datetime) -> HiddenReason | None:
    if slot.start < now:
        return HiddenReason.PAST
    return None if window.holds(slot.start) else HiddenReason.OUTSIDE_WINDOW


def why_not_for(slot: Slot, viewer: Viewer) -> HiddenReason | None:
    if viewer is Viewer.PATIENT and SlotType.PUBLIC not in slot.types:
        return HiddenReason.NOT_FOR_PATIENTS
    return None


def cpts_mark(slot: Slot, *, candidate: Candidate, viewer: Viewer, window: Window) -> Cpts | None:
    """Return the CPTS to name beside the slot (rule 3), for regulators only (rule 7)."""
    if viewer is Viewer.PATIENT or SlotType.CPTS not in slot.types or _why_cpts_fails(slot, candidate, window):
        return None
    here = {declared.structure for declared in _declared_for(slot, candidate)}
    return next(cpts for cpts in slot.cpts if cpts.finess in here)


def declared_cpts(candidate: Candidate) -> frozenset[str]:
    """FINESS of the CPTS this practitioner takes part through now, at one place or another."""
    return frozenset(one.structure for one in candidate.participations if one.via == "cpts" and not one.upcoming)


def _why_cpts_fails(slot: Slot, candidate: Candidate, window: Window) -> HiddenReason | None:
    if not slot.cpts and not slot.own:
        return HiddenReason.CPTS_UNKNOWN
    then = [one for one in candidate.participations if one.via == "cpts" and one.holds_at(slot.start)]
    if not then:  # rule 1
        ever = any(one.via == "cpts" for one in candidate.participations)
        return HiddenReason.CPTS_NOT_THEN if ever else HiddenReason.CPTS_NOT_DECLARED
    here = _declared_for(slot, candidate)
    if not here:
        return HiddenReason.CPTS_NOT_HERE
    if not {cpts.finess for cpts in slot.cpts} & {one.structure for one in here}:
        return HiddenReason.OTHER_CPTS  # rule 2
    if slot.start > window.start + CPTS_REACH:
        return HiddenReason.BEYOND_CPTS_WINDOW  # rule 7
    return None


def _declared_for(slot: Slot, candidate: Candidate) -> list[DeclaredParticipation]:
    """The CPTS declarations that hold where and when the slot is."""
    then = [one for one in candidate.participations if one.via == "cpts" and one.holds_at(slot.start)]
    if not any(one.places for one in then):
        return then
    keys = [place.key for place in candidate.places if same_place(slot.place, place)]
    return [one for one in then if not one.places or any(one.covers(key) for key in keys)]


def why_filtered(slot: Slot, *, candidate: Candidate, window: Window, filters: Filters) -> HiddenReason | None:
    """Name the regulator's own filter that leaves this slot out, if one does."""
    if narrowed := why_narrowed(slot, window=window, filters=filters):
        return narrowed
    if filters.convention_sector and candidate.convention_sector != filters.convention_sector:
        return HiddenReason.OTHER_SECTOR
    if filters.cpts and filters.cpts not in declared_cpts(candidate):
        return HiddenReason.NOT_FROM_CPTS
    return None


def why_narrowed(slot: Slot, *, window: Window, filters: Filters) -> HiddenReason | None:
    """The filters that look at the slot alone."""
    if slot.start > window.start + timedelta(hours=filters.within_hours):
        return HiddenReason.TOO_LATE
    if filters.day and day_of(slot) != filters.day:
        return HiddenReason.OTHER_DAY
    if filters.consultation and not set(filters.consultation) & set(slot.consultation):
        return HiddenReason.OTHER_CONSULTATION
    if filters.slot_types and not set(filters.slot_types) & set(slot.types):
        return HiddenReason.OTHER_TYPE
    return None


def day_of(slot: Slot) -> date:
    """The day it begins, as its place counts."""
    return slot.start.astimezone(ZoneInfo(zone_of_postal_code(slot.place.postal_code))).date()
