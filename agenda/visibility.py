"""Which slots may this viewer see, and for each hidden one, why not? Pure functions.

The CPTS rules are numbered as in flows.md ("Display rules"). The same rules serve the portal, the
API, the patient and the page "Pourquoi ce créneau n'apparaît-il pas ?".
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from agenda.filters import Filters
from agenda.slots import Cpts, Slot, SlotType
from agenda.windows import CPTS_REACH, Window
from directory.found import Candidate


class Viewer(StrEnum):
    REGULATOR = "regulator"
    PATIENT = "patient"


class HiddenReason(StrEnum):
    """The rule that hid a slot; `.label` says it in French."""

    PAST = "past"
    OUTSIDE_WINDOW = "outside_window"
    EDITOR_SLOTS_REFUSED = "editor_slots_refused"
    ABSENT = "absent"
    NOT_FOR_PATIENTS = "not_for_patients"
    CPTS_UNKNOWN = "cpts_unknown"
    CPTS_NOT_DECLARED = "cpts_not_declared"
    OTHER_CPTS = "other_cpts"
    BEYOND_CPTS_WINDOW = "beyond_cpts_window"
    TOO_LATE = "too_late"
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
    HiddenReason.ABSENT: "Le professionnel a déclaré une absence à cette date.",
    HiddenReason.NOT_FOR_PATIENTS: "Ce créneau n'est pas ouvert au public.",
    HiddenReason.CPTS_UNKNOWN: "L'éditeur n'a pas dit avec quelle CPTS ce créneau est partagé.",
    HiddenReason.CPTS_NOT_DECLARED: "Le professionnel n'a pas déclaré participer au SAS via une CPTS.",
    HiddenReason.OTHER_CPTS: "Ce créneau est partagé avec une autre CPTS que celle que le professionnel a déclarée.",
    HiddenReason.BEYOND_CPTS_WINDOW: "Un créneau de CPTS n'est proposé que dans les 48 heures.",
    HiddenReason.TOO_LATE: "Ce créneau est plus tard que le délai choisi.",
    HiddenReason.OTHER_CONSULTATION: "Ce créneau n'est pas du mode de consultation choisi.",
    HiddenReason.OTHER_TYPE: "Ce créneau n'est pas du type choisi.",
    HiddenReason.OTHER_SECTOR: "Le professionnel n'est pas du secteur conventionnel choisi.",
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
    for slot in sorted(slots, key=lambda slot: (slot.start, slot.end, slot.key)):
        reason = why_hidden(slot, candidate=candidate, viewer=viewer, window=window, now=now)
        reason = reason or why_filtered(slot, candidate=candidate, window=window, filters=filters or Filters())
        if reason:
            hidden.append(Hidden(slot=slot, reason=reason))
        else:
            mark = cpts_mark(slot, candidate=candidate, viewer=viewer, window=window)
            visible.append(VisibleSlot(slot=slot, cpts_mark=mark))
    return tuple(visible), tuple(hidden)


def why_hidden(
    slot: Slot, *, candidate: Candidate, viewer: Viewer, window: Window, now: datetime
) -> HiddenReason | None:
    """Name the rule that hides this slot, or None when the viewer may see it."""
    if slot.start < now:
        return HiddenReason.PAST
    if not window.holds(slot.start):
        return HiddenReason.OUTSIDE_WINDOW
    if not candidate.accepts_editor_slots:
        return HiddenReason.EDITOR_SLOTS_REFUSED
    if any(start <= slot.start < end for start, end in candidate.absences):
        return HiddenReason.ABSENT
    if viewer is Viewer.PATIENT and SlotType.PUBLIC not in slot.types:
        return HiddenReason.NOT_FOR_PATIENTS
    if slot.types == (SlotType.CPTS,):
        return _why_cpts_fails(slot, candidate, window)
    return None


def cpts_mark(slot: Slot, *, candidate: Candidate, viewer: Viewer, window: Window) -> Cpts | None:
    """Return the CPTS to name beside the slot (rule 3), for regulators only (rule 7)."""
    if viewer is Viewer.PATIENT or SlotType.CPTS not in slot.types or _why_cpts_fails(slot, candidate, window):
        return None
    return next(cpts for cpts in slot.cpts if cpts.finess == declared_cpts(candidate))


def declared_cpts(candidate: Candidate) -> str:
    """FINESS of the CPTS this practitioner declared to take part through; empty otherwise."""
    declared = candidate.participation
    return declared.structure if declared and declared.via == "cpts" else ""


def _why_cpts_fails(slot: Slot, candidate: Candidate, window: Window) -> HiddenReason | None:
    if not slot.cpts:
        return HiddenReason.CPTS_UNKNOWN
    if not declared_cpts(candidate):
        return HiddenReason.CPTS_NOT_DECLARED  # rule 1
    if all(cpts.finess != declared_cpts(candidate) for cpts in slot.cpts):
        return HiddenReason.OTHER_CPTS  # rule 2
    if slot.start > window.start + CPTS_REACH:
        return HiddenReason.BEYOND_CPTS_WINDOW  # rule 7
    return None


def why_filtered(slot: Slot, *, candidate: Candidate, window: Window, filters: Filters) -> HiddenReason | None:
    """Name the regulator's own filter that leaves this slot out, if one does."""
    if slot.start > window.start + timedelta(hours=filters.within_hours):
        return HiddenReason.TOO_LATE
    if filters.consultation and not set(filters.consultation) & set(slot.consultation):
        return HiddenReason.OTHER_CONSULTATION
    if filters.slot_types and not set(filters.slot_types) & set(slot.types):
        return HiddenReason.OTHER_TYPE
    if filters.convention_sector and candidate.convention_sector != filters.convention_sector:
        return HiddenReason.OTHER_SECTOR
    if filters.cpts and declared_cpts(candidate) != filters.cpts:
        return HiddenReason.NOT_FROM_CPTS
    return None
