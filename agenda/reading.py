"""From an editor's bundle to slots: every rule of robustness.md ("Reading an answer"), slot by slot.

A fault below the envelope refuses the one slot it touches, with a reason and the path of what is broken.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from agenda import codes, fhir
from agenda.booking_urls import BookingHosts
from agenda.bundles import Entry, Unreadable, open_entry
from agenda.identifiers import IDNPS, finess_of, professional_id, structure_id
from agenda.instants import offset_at, read_instant
from agenda.rejects import REMARKS, RejectReason
from agenda.reports import Reject
from agenda.slots import Cpts, Slot, SlotPlace, SlotType
from agenda.texts import clean, french_phone
from agenda.windows import Window
from agenda.zones import zone_of_postal_code

LONGEST_SLOT = timedelta(hours=24)
MOST_REASONS = 10


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, against which the answer is read. National ids are prefixed."""

    editor_id: int
    national_ids: frozenset[str]
    window: Window
    hosts: BookingHosts


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


class _Refused(Exception):  # noqa: N818 - says which slot is left out, never leaves this module
    def __init__(self, reason: RejectReason, path: str = "") -> None:
        self.reason = reason
        self.path = path


@dataclass(frozen=True, kw_only=True, slots=True)
class _Agenda:
    """A Schedule resolved: whose, where. `key` starts the key of its slots."""

    national_id: str
    place: SlotPlace
    zone: str
    key: str


def read_answer(entries: Sequence[msgspec.Raw], asked: Asked) -> Reading:
    """Read every entry of an answer (all its pages together); never raises for what an editor wrote."""
    return _Reader(asked).read(entries)


class _Reader:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.resources: dict[str, fhir.AnyResource] = {}
        self.ambiguous: set[str] = set()
        self.agendas: dict[str, _Agenda | _Refused] = {}
        self.communities: dict[str, Cpts | None] = {}
        self.notes: list[tuple[RejectReason, str]] = []

    def read(self, entries: Sequence[msgspec.Raw]) -> Reading:
        found: dict[str, Slot] = {}
        slots = self._sort_entries(entries)
        for index, resource in slots:
            try:
                slot = self._slot(resource, index)
            except _Refused as refused:
                self.notes.append((refused.reason, f"Bundle.entry[{index}].resource{refused.path}"))
                continue
            if slot.key in found:
                self.notes.append((RejectReason.DUPLICATE, f"Bundle.entry[{index}].resource"))
                slot = _merged(found[slot.key], slot)
            found[slot.key] = slot
        notes = [(reason in REMARKS, Reject(reason=reason.value, path=path)) for reason, path in self.notes]
        return Reading(
            slots=flag_overlaps(found.values()),
            rejects=tuple(note for is_remark, note in notes if not is_remark),
            remarks=tuple(note for is_remark, note in notes if is_remark),
            known=self._known(),
        )

    def _sort_entries(self, entries: Sequence[msgspec.Raw]) -> list[tuple[int, fhir.Slot]]:
        """Index what slots refer to, and return the slots with their place in the bundle."""
        slots = []
        for index, raw in enumerate(entries):
            entry = open_entry(raw, index)
            match entry:
                case Unreadable(resource_type=""):
                    self.notes.append((RejectReason.MALFORMED, entry.path))
                case Unreadable():
                    self.notes.append((RejectReason.FOREIGN_RESOURCE, f"Bundle.entry[{index}].resource"))
                case Entry(resource=fhir.Slot() as slot):
                    slots.append((index, slot))
                case Entry(resource=None):
                    self.notes.append((RejectReason.MALFORMED, f"Bundle.entry[{index}].resource"))
                case Entry():
                    self._index(entry)
        return slots

    def _index(self, entry: Entry) -> None:
        resource = entry.resource
        assert resource is not None  # noqa: S101 - narrowed by the caller
        names = {f"{type(resource).__name__}/{resource.id}"} if resource.id else set()
        if entry.fullUrl:
            names.add(entry.fullUrl)
            names.add(_tail(entry.fullUrl))
        for name in names:
            if self.resources.setdefault(name, resource) != resource:
                self.ambiguous.add(name)

    def _resolve(self, reference: fhir.Reference | None, path: str) -> tuple[str, fhir.AnyResource]:
        name = (reference.reference if reference else None) or ""
        if name not in self.resources:
            name = _tail(name)
        if name in self.ambiguous:
            raise _Refused(RejectReason.AMBIGUOUS_REFERENCE, path)
        if name not in self.resources:
            raise _Refused(RejectReason.BROKEN_CHAIN, path)
        return name, self.resources[name]

    def _known(self) -> tuple[str, ...]:
        people = (r for r in self.resources.values() if isinstance(r, fhir.Practitioner))
        return tuple(dict.fromkeys(filter(None, map(self._asked_id, people))))

    def _asked_id(self, practitioner: fhir.Practitioner) -> str:
        for identifier in practitioner.identifier or []:
            if identifier.value and identifier.system in {IDNPS, None}:
                national_id = professional_id(identifier.value)
                if national_id in self.asked.national_ids:
                    return national_id
        return ""

    # --- one slot ---

    def _slot(self, slot: fhir.Slot, index: int) -> Slot:
        if slot.status != "free":
            raise _Refused(RejectReason.STATUS_NOT_FREE, ".status")
        start, offset = _instant(slot.start, ".start")
        end, _ = _instant(slot.end, ".end")
        if not start < end < start + LONGEST_SLOT:
            raise _Refused(RejectReason.BAD_DURATION, ".end")
        if not self.asked.window.holds(start):
            raise _Refused(RejectReason.OUTSIDE_WINDOW, ".start")
        agenda = self._agenda(slot.schedule)
        types = codes.slot_types(slot.meta)
        return Slot(
            key=f"{agenda.key}{int(start.timestamp()):x}-{int((end - start).total_seconds())}",
            editor_id=self.asked.editor_id,
            national_id=agenda.national_id,
            start=start,
            end=end,
            types=types,
            place=agenda.place,
            consultation=codes.consultations(slot.serviceType),
            reasons=_reasons(slot.serviceType),
            specialties=codes.specialties(slot.specialty),
            cpts=self._shared_with(slot, index) if SlotType.CPTS in types else (),
            appointment_type=codes.appointment_type(slot.appointmentType),
            booking_url=self._booking_url(slot.comment, index),
            time_to_check=offset != offset_at(start, agenda.zone),
        )

    def _booking_url(self, comment: str | None, index: int) -> str:
        if not comment:
            return ""
        safe = self.asked.hosts.safe(comment)
        if not safe:
            self.notes.append((RejectReason.BOOKING_URL, f"Bundle.entry[{index}].resource.comment"))
        return safe

    # --- Slot → Schedule → Practitioner + PractitionerRole → Location ---

    def _agenda(self, reference: fhir.Reference | None) -> _Agenda:
        name = (reference.reference if reference else None) or ""
        agenda = self.agendas.get(name)
        if agenda is None:
            try:
                agenda = self._read_agenda(reference)
            except _Refused as refused:
                agenda = refused
            self.agendas[name] = agenda
        if isinstance(agenda, _Refused):
            raise _Refused(agenda.reason, agenda.path)
        return agenda

    def _read_agenda(self, reference: fhir.Reference | None) -> _Agenda:
        _, schedule = self._resolve(reference, ".schedule")
        if not isinstance(schedule, fhir.Schedule):
            raise _Refused(RejectReason.BROKEN_CHAIN, ".schedule")
        actors = [self._resolve(actor, ".schedule.actor")[1] for actor in schedule.actor or []]
        people = [actor for actor in actors if isinstance(actor, fhir.Practitioner)]
        roles = [actor for actor in actors if isinstance(actor, fhir.PractitionerRole)]
        if len(people) != 1 or len(roles) != 1:
            raise _Refused(RejectReason.BROKEN_CHAIN, ".schedule.actor")
        _, of_role = self._resolve(roles[0].practitioner, ".schedule.actor.practitioner")
        if of_role is not people[0] and of_role != people[0]:
            raise _Refused(RejectReason.BROKEN_CHAIN, ".schedule.actor.practitioner")
        national_id = self._asked_id(people[0])
        if not national_id:
            raise _Refused(RejectReason.STRANGER, ".schedule.actor")
        place = self._place(roles[0])
        written = f"{self.asked.editor_id}|{national_id}|{place.structure_id}|{place.postal_code}|{place.line}"
        key = hashlib.blake2b(written.encode(), digest_size=9).hexdigest()
        zone = zone_of_postal_code(place.postal_code)
        return _Agenda(national_id=national_id, place=place, zone=zone, key=f"{key}-")

    def _place(self, role: fhir.PractitionerRole) -> SlotPlace:
        location = self._location(role)
        address = location.address or fhir.Address()
        organization = role.organization.identifier if role.organization else None
        return SlotPlace(
            line=clean(" ".join(address.line or [])),
            postal_code=_postal_code(address.postalCode or ""),
            city=clean(address.city or ""),
            structure_id=clean(structure_id((organization.value if organization else None) or ""), 50),
            phone=self._phone([*(role.telecom or []), *(location.telecom or [])]),
        )

    def _location(self, role: fhir.PractitionerRole) -> fhir.Location:
        name = next((one.reference for one in role.location or [] if one.reference), "")
        path = ".schedule.actor.location"
        if name.startswith("#"):
            for raw in role.contained or []:
                contained = _contained(raw)
                if contained and contained.id == name[1:]:
                    return contained
            raise _Refused(RejectReason.BROKEN_CHAIN, path)
        _, location = self._resolve(fhir.Reference(reference=name), path)
        if not isinstance(location, fhir.Location):
            raise _Refused(RejectReason.BROKEN_CHAIN, path)
        return location

    def _phone(self, telecom: Iterable[fhir.ContactPoint]) -> str:
        written = [one.value for one in telecom if one.system in {"phone", None} and one.value]
        valid = next(filter(None, map(french_phone, written)), "")
        if written and not valid:
            self.notes.append((RejectReason.PHONE, "Bundle.entry.resource.telecom"))
        return valid

    # --- CPTS: Slot → HealthcareService → Organization ---

    def _shared_with(self, slot: fhir.Slot, index: int) -> tuple[Cpts, ...]:
        names = [name for service in slot.serviceType or [] for name in codes.cpts_references(service)]
        found = [self._community(name) for name in names]
        if not found or None in found:
            self.notes.append((RejectReason.CPTS_UNRESOLVED, f"Bundle.entry[{index}].resource.serviceType"))
        return tuple(dict.fromkeys(one for one in found if one))

    def _community(self, name: str) -> Cpts | None:
        if name not in self.communities:
            try:
                self.communities[name] = self._read_community(name)
            except _Refused:
                self.communities[name] = None
        return self.communities[name]

    def _read_community(self, name: str) -> Cpts | None:
        _, service = self._resolve(fhir.Reference(reference=name), "")
        if not isinstance(service, fhir.HealthcareService):
            return None
        _, organization = self._resolve(service.providedBy, "")
        if not isinstance(organization, fhir.Organization):
            return None
        numbers = (finess_of(one.value) for one in organization.identifier or [] if one.value)
        finess = next(filter(None, numbers), "")
        if not finess:
            return None
        return Cpts(finess=finess, name=clean(organization.name or ""), phone=self._phone(organization.telecom or []))


def _instant(text: str | None, path: str) -> tuple[datetime, timedelta]:
    instant = read_instant(text) if text else None
    if instant is None:
        raise _Refused(RejectReason.BAD_INSTANT, path)
    return instant


def _postal_code(text: str) -> str:
    text = text.strip()
    return text if len(text) == 5 and text.isascii() and text.isdigit() else ""


def _contained(raw: msgspec.Raw) -> fhir.Location | None:
    try:
        return _location_decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


_location_decoder = msgspec.json.Decoder(fhir.Location)


def _tail(reference: str) -> str:
    """Reduce an address or a versioned reference to `Type/id`."""
    parts = reference.partition("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:])


def _reasons(services: list[fhir.ServiceType] | None) -> tuple[str, ...]:
    texts = (clean(service.text) for service in services or [] if service.text)
    return tuple(dict.fromkeys(filter(None, texts)))[:MOST_REASONS]


def _merged(one: Slot, other: Slot) -> Slot:
    """Two entries for one slot: what either says holds."""
    return msgspec.structs.replace(
        one,
        types=tuple(sorted({*one.types, *other.types}, key=list(SlotType).index)),
        consultation=tuple(dict.fromkeys((*one.consultation, *other.consultation))),
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons)))[:MOST_REASONS],
        specialties=tuple(dict.fromkeys((*one.specialties, *other.specialties))),
        cpts=tuple({cpts.finess: cpts for cpts in (*other.cpts, *one.cpts)}.values()),
        booking_url=one.booking_url or other.booking_url,
        appointment_type=one.appointment_type or other.appointment_type,
    )


def flag_overlaps(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Sort by practitioner and start; mark the slots of one practitioner that overlap another of his."""
    ordered = sorted(slots, key=lambda slot: (slot.national_id, slot.start, slot.end, slot.key))
    overlapping: set[str] = set()
    latest: Slot | None = None
    for slot in ordered:
        if latest and latest.national_id == slot.national_id and slot.start < latest.end:
            overlapping |= {latest.key, slot.key}
        if latest is None or latest.national_id != slot.national_id or slot.end > latest.end:
            latest = slot
    if not overlapping:
        return tuple(ordered)
    return tuple(msgspec.structs.replace(s, overlaps=True) if s.key in overlapping else s for s in ordered)
