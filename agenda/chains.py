"""What slots refer to: Schedule → Practitioner + PractitionerRole → Location, HealthcareService → Organization.

Every link is checked once per answer, and the same fault is told for every slot behind it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from agenda import fhir
from agenda.bundles import EntryAsRead, path_in
from agenda.identifiers import IDNPS, finess_of, professional_id, structure_id
from agenda.rejects import RejectReason
from agenda.slots import Cpts, SlotPlace
from agenda.texts import clean
from directory.zones import zone_of_postal_code
from sasportal.phones import french_phone

_locations = msgspec.json.Decoder(fhir.Location)
_references = msgspec.json.Decoder(fhir.Reference | None)


class Refused(Exception):  # noqa: N818 - says which slot is left out; never leaves the reading of an answer
    def __init__(self, reason: RejectReason, path: str = "") -> None:
        self.reason = reason
        self.path = path


@dataclass(frozen=True, kw_only=True, slots=True)
class Agenda:
    """A Schedule resolved: whose, where. `key` starts the key of its slots."""

    national_id: str
    place: SlotPlace
    zone: str
    key: str


class Chains:
    """The resources of one answer, by reference."""

    def __init__(self, *, editor_id: int, national_ids: frozenset[str]) -> None:
        self._editor_id = editor_id
        self._national_ids = national_ids
        self._resources: dict[str, fhir.ReferredTo] = {}
        self._ambiguous: set[str] = set()
        self._agendas: dict[bytes, Agenda | Refused] = {}
        self._communities: dict[tuple[str, ...], tuple[tuple[Cpts, ...], bool]] = {}
        self.phones_refused = 0

    def add(self, entry: EntryAsRead, resource: fhir.ReferredTo) -> None:
        names = {f"{type(resource).__name__}/{resource.id}"} if resource.id else set()
        if entry.fullUrl:
            names |= {entry.fullUrl, _tail(entry.fullUrl)}
        for name in names:
            known = self._resources.setdefault(name, resource)
            if known is not resource and known != resource:
                self._ambiguous.add(name)

    def known(self) -> tuple[str, ...]:
        """Practitioners asked for and present."""
        people = (one for one in self._resources.values() if isinstance(one, fhir.Practitioner))
        return tuple(dict.fromkeys(filter(None, map(self._asked_id, people))))

    def agenda(self, written: bytes) -> Agenda:
        """Resolve the reference of a slot to its Schedule, as it was written; raise Refused."""
        agenda = self._agendas.get(written)
        if agenda is None:
            try:
                agenda = self._read_agenda(written)
            except Refused as refused:
                agenda = refused
            self._agendas[written] = agenda
        if isinstance(agenda, Refused):
            raise Refused(agenda.reason, agenda.path)
        return agenda

    def communities(self, names: tuple[str, ...]) -> tuple[tuple[Cpts, ...], bool]:
        """Resolve the HealthcareServices of a slot; False when one is missing or its FINESS cannot be had."""
        found = self._communities.get(names)
        if found is None:
            read = [self._read_community(name) for name in names]
            known = {cpts.finess: cpts for cpts in read if cpts}
            found = self._communities[names] = (tuple(known.values()), bool(read) and None not in read)
        return found

    def _resolve(self, reference: fhir.Reference | None, path: str) -> fhir.ReferredTo:
        name = (reference.reference if reference else None) or ""
        if name not in self._resources:
            name = _tail(name)
        if name in self._ambiguous:
            raise Refused(RejectReason.AMBIGUOUS_REFERENCE, path)
        if name not in self._resources:
            raise Refused(RejectReason.BROKEN_CHAIN, path)
        return self._resources[name]

    def _asked_id(self, practitioner: fhir.Practitioner) -> str:
        for identifier in practitioner.identifier or []:
            if identifier.value and identifier.system in {IDNPS, None}:
                national_id = professional_id(identifier.value)
                if national_id in self._national_ids:
                    return national_id
        return ""

    def _read_agenda(self, written: bytes) -> Agenda:
        try:
            reference = _references.decode(written)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(RejectReason.MALFORMED, f".schedule{path_in(error)}") from None
        return self._agenda_of(reference)

    def _agenda_of(self, reference: fhir.Reference | None) -> Agenda:
        person, role = self._actors(self._resolve(reference, ".schedule"))
        national_id = self._asked_id(person)
        if not national_id:
            raise Refused(RejectReason.STRANGER, ".schedule.actor")
        place = self._place(role)
        zone = zone_of_postal_code(place.postal_code)
        return Agenda(
            national_id=national_id, place=place, zone=zone, key=self._key(national_id, place.structure_id, place)
        )

    def _key(self, national_id: str, place_id: str, place: SlotPlace) -> str:
        named = f"{self._editor_id}|{national_id}|{place_id}|{place.postal_code}|{place.line}"
        return hashlib.blake2b(named.encode(), digest_size=9).hexdigest()

    def _actors(self, schedule: fhir.ReferredTo) -> tuple[fhir.Practitioner, fhir.PractitionerRole]:
        """One practitioner, and the role of that very practitioner."""
        if not isinstance(schedule, fhir.Schedule):
            raise Refused(RejectReason.BROKEN_CHAIN, ".schedule")
        actors = [self._resolve(actor, ".schedule.actor") for actor in schedule.actor or []]
        people = [actor for actor in actors if isinstance(actor, fhir.Practitioner)]
        roles = [actor for actor in actors if isinstance(actor, fhir.PractitionerRole)]
        if len(people) != 1 or len(roles) != 1:
            raise Refused(RejectReason.BROKEN_CHAIN, ".schedule.actor")
        of_role = self._resolve(roles[0].practitioner, ".schedule.actor.practitioner")
        if of_role is not people[0] and of_role != people[0]:
            raise Refused(RejectReason.BROKEN_CHAIN, ".schedule.actor.practitioner")
        return people[0], roles[0]

    def _place(self, role: fhir.PractitionerRole) -> SlotPlace:
        location = self._location(role)
        address = self._address(location)
        organization = role.organization.identifier if role.organization else None
        return SlotPlace(
            line=address.line,
            postal_code=address.postal_code,
            city=address.city,
            structure_id=clean(structure_id((organization.value if organization else None) or ""), 50),
            phone=self._phone([*(role.telecom or []), *(location.telecom or [])]),
        )

    @staticmethod
    def _address(location: fhir.Location) -> SlotPlace:
        address = location.address or fhir.Address()
        return SlotPlace(
            line=clean(" ".join(address.line or [])),
            postal_code=_postal_code(address.postalCode or ""),
            city=clean(address.city or ""),
        )

    def _location(self, role: fhir.PractitionerRole) -> fhir.Location:
        name = next((one.reference for one in role.location or [] if one.reference), "")
        path = ".schedule.actor.location"
        if name.startswith("#"):
            contained = (_contained(raw) for raw in role.contained or [])
            location = next((one for one in contained if one and one.id == name[1:]), None)
        else:
            referred = self._resolve(fhir.Reference(reference=name), path)
            location = referred if isinstance(referred, fhir.Location) else None
        if location is None:
            raise Refused(RejectReason.BROKEN_CHAIN, path)
        return location

    def _phone(self, telecom: Iterable[fhir.ContactPoint]) -> str:
        written = [one.value for one in telecom if one.system in {"phone", None} and one.value]
        valid = next(filter(None, map(french_phone, written)), "")
        self.phones_refused += bool(written) and not valid
        return valid

    def _read_community(self, name: str) -> Cpts | None:
        try:
            service = self._resolve(fhir.Reference(reference=name), "")
            provider = service.providedBy if isinstance(service, fhir.HealthcareService) else None
            organization = self._resolve(provider, "")
        except Refused:
            return None
        written = (organization.identifier if isinstance(organization, fhir.Organization) else None) or []
        finess = next(filter(None, (finess_of(one.value) for one in written if one.value)), "")
        if not finess or not isinstance(organization, fhir.Organization):
            return None
        return Cpts(finess=finess, name=clean(organization.name or ""), phone=self._phone(organization.telecom or []))


def _contained(raw: msgspec.Raw) -> fhir.Location | None:
    try:
        return _locations.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _postal_code(text: str) -> str:
    text = text.strip()
    return text if len(text) == 5 and text.isascii() and text.isdigit() else ""


def _tail(reference: str) -> str:
    """Reduce an address or a versioned reference to `Type/id`."""
    parts = reference.partition("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:])
