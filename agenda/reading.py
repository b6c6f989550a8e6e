"""From an editor's bundle to slots: every rule of robustness.md ("Reading an answer"), slot by slot.

A fault below the envelope refuses the one slot it touches, with a reason and the path of what is broken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from agenda import codes, fhir
from agenda.booking_urls import BookingHosts
from agenda.bundles import EntryAsRead, open_entry
from agenda.chains import Chains, Refused
from agenda.instants import is_wall_clock, read_instant
from agenda.rejects import REMARKS, RejectReason
from agenda.reports import Reject
from agenda.slots import Cpts, Slot, SlotType
from agenda.sos_chains import SosChains
from agenda.windows import Window

Entries = Sequence[EntryAsRead | msgspec.Raw]

CPTS = SlotType.CPTS
# flows.md, "SOS Médecins": the others are codes of another flow
SOS_TYPES = frozenset({SlotType.PUBLIC, SlotType.SNP})
# `_has` chooses agendas; `_revinclude` brings every slot of them, those nobody asked for included
NOT_ASKED_FOR = frozenset({RejectReason.STATUS_NOT_FREE, RejectReason.OUTSIDE_WINDOW})
LONGEST_SLOT_MS = 24 * 3600 * 1000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, against which the answer is read. National ids are prefixed.

    `associations`: they are those of SOS associations (flow SOS).
    """

    editor_id: int
    national_ids: frozenset[str]
    window: Window
    hosts: BookingHosts
    associations: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What an answer holds. `rejects` and `remarks` name each broken resource and why."""

    slots: tuple[Slot, ...]
    rejects: tuple[Reject, ...]
    remarks: tuple[Reject, ...]
    known: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for one in (*self.rejects, *self.remarks):
            counted[one.reason] = counted.get(one.reason, 0) + 1
        return counted


def read_answer(entries: Entries, asked: Asked) -> Reading:
    """Read every entry of an answer (all its pages together); never raises for what an editor wrote."""
    return _Reader(asked).read(entries)


class _Reader:
    def __init__(self, asked: Asked) -> None:
        self.editor_id = asked.editor_id
        self.hosts = asked.hosts
        self.first_ms = asked.window.start.timestamp() * 1000
        self.last_ms = asked.window.end.timestamp() * 1000
        self.associations = asked.associations
        chains = SosChains if asked.associations else Chains
        self.chains = chains(editor_id=asked.editor_id, national_ids=asked.national_ids)
        self.notes: list[tuple[RejectReason, str]] = []
        self.shapes: dict[codes.Spelling, codes.Shape] = {}

    def read(self, entries: Entries) -> Reading:
        found: dict[str, Slot] = {}
        for index, written in self._sort_entries(entries):
            try:
                slot = self._slot(written, index)
            except Refused as refused:
                self._note(refused.reason, index, refused.path)
                continue
            if slot.key in found:
                self._note(RejectReason.DUPLICATE, index)
                slot = merged(found[slot.key], slot)
            found[slot.key] = slot
        self.notes += [(RejectReason.PHONE, "Bundle.entry.resource.telecom")] * self.chains.phones_refused
        remarks = REMARKS | NOT_ASKED_FOR if self.associations else REMARKS
        notes = [(reason in remarks, Reject(reason=reason.value, path=path)) for reason, path in self.notes]
        return Reading(
            slots=in_order(found.values()) if self.associations else flag_overlaps(found.values()),
            rejects=tuple(note for is_remark, note in notes if not is_remark),
            remarks=tuple(note for is_remark, note in notes if is_remark),
            known=self.chains.known(),
        )

    def _sort_entries(self, entries: Entries) -> list[tuple[int, fhir.SlotAsRead]]:
        """Index what slots refer to, and return the slots with their place in the bundle."""
        slots = []
        for index, raw in enumerate(entries):
            entry = open_entry(raw, index)
            if isinstance(entry, EntryAsRead):
                if isinstance(entry.resource, fhir.SlotAsRead):
                    slots.append((index, entry.resource))
                elif entry.resource is None:
                    self._note(RejectReason.MALFORMED, index)
                else:
                    self.chains.add(entry, entry.resource)
            elif entry.resource_type:
                self._note(RejectReason.FOREIGN_RESOURCE, index)
            else:
                self.notes.append((RejectReason.MALFORMED, entry.path))
        return slots

    def _note(self, reason: RejectReason, index: int, path: str = "") -> None:
        self.notes.append((reason, f"Bundle.entry[{index}].resource{path}"))

    def _slot(self, slot: fhir.SlotAsRead, index: int) -> Slot:
        if slot.status != "free":
            raise Refused(RejectReason.STATUS_NOT_FREE, ".status")
        start, end = read_instant(slot.start or ""), read_instant(slot.end or "")
        if start is None or end is None:
            raise Refused(RejectReason.BAD_INSTANT, ".start" if start is None else ".end")
        if not 0 < end.ms - start.ms < LONGEST_SLOT_MS:
            raise Refused(RejectReason.BAD_DURATION, ".end")
        if not self.first_ms <= start.ms <= self.last_ms:
            raise Refused(RejectReason.OUTSIDE_WINDOW, ".start")
        agenda = self.chains.agenda(bytes(slot.schedule))
        types, services, specialties, appointment_type = self._shape(codes.spelling(slot))
        booking_url = self.hosts.safe(slot.comment) if slot.comment else ""
        if slot.comment and not booking_url:
            self._note(RejectReason.BOOKING_URL, index, ".comment")
        return Slot(
            key=f"{agenda.key}-{start.ms:x}-{end.ms - start.ms:x}",
            editor_id=self.editor_id,
            national_id=agenda.national_id,
            start=start.utc,
            end=end.utc,
            types=types,
            place=agenda.place,
            consultation=services.consultation,
            reasons=services.reasons,
            specialties=specialties,
            cpts=self._shared_with(services.cpts, index) if CPTS in types else (),
            appointment_type=appointment_type,
            booking_url=booking_url,
            time_to_check=not is_wall_clock(slot.start or "", agenda.zone),
        )

    def _shape(self, written: codes.Spelling) -> codes.Shape:
        shape = self.shapes.get(written)
        if shape is None:
            shape = codes.read_shape(written)
            if self.associations:
                shape = shape._replace(types=tuple(kind for kind in shape.types if kind in SOS_TYPES))
            self.shapes[written] = shape
        return shape

    def _shared_with(self, names: tuple[str, ...], index: int) -> tuple[Cpts, ...]:
        communities, all_found = self.chains.communities(names)
        if not all_found:
            self._note(RejectReason.CPTS_UNRESOLVED, index, ".serviceType")
        return communities


def merged(one: Slot, other: Slot) -> Slot:
    """Two entries for one slot: what either says holds."""
    return msgspec.structs.replace(
        one,
        types=tuple(sorted({*one.types, *other.types}, key=codes.ORDER.__getitem__)),
        consultation=tuple(dict.fromkeys((*one.consultation, *other.consultation))),
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons)))[: codes.MOST_REASONS],
        specialties=tuple(dict.fromkeys((*one.specialties, *other.specialties))),
        cpts=tuple({cpts.finess: cpts for cpts in (*other.cpts, *one.cpts)}.values()),
        booking_url=one.booking_url or other.booking_url,
        appointment_type=one.appointment_type or other.appointment_type,
    )


def in_order(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """By practitioner (or association) and start."""
    return tuple(sorted(slots, key=lambda slot: (slot.national_id, slot.start, slot.end)))


def flag_overlaps(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Sort; mark the slots of one practitioner that overlap another of his. Associations receive several at once."""
    ordered = in_order(slots)
    overlapping: set[str] = set()
    latest: Slot | None = None
    for slot in ordered:
        if latest is None or latest.national_id != slot.national_id:
            latest = slot
            continue
        if slot.start < latest.end:
            overlapping |= {latest.key, slot.key}
        if slot.end > latest.end:
            latest = slot
    if not overlapping:
        return ordered
    return tuple(msgspec.structs.replace(s, overlaps=True) if s.key in overlapping else s for s in ordered)
