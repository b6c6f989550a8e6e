"""Code tables of the wire (flows.md, INT_R01 rows 13 to 18, INT_R04).

The elements that hold them repeat from slot to slot: a reader decodes each spelling once.
"""

from typing import NamedTuple, TypeVar

import msgspec

from agenda import fhir
from agenda.bundles import path_in
from agenda.chains import Refused
from agenda.rejects import RejectReason
from agenda.slots import AppointmentType, Consultation, SlotType
from agenda.texts import clean

MOST_SPECIALTIES = 10
MOST_REASONS = 10

SLOT_TYPES = {kind.value: kind for kind in SlotType}
CONSULTATIONS = {kind.value: kind for kind in Consultation}
APPOINTMENT_TYPES = {kind.value: kind for kind in AppointmentType}
ORDER = {kind: number for number, kind in enumerate(SlotType)}

T = TypeVar("T")


class Services(NamedTuple):
    """What `Slot.serviceType` says: kinds of consultation, reasons, and references to each CPTS."""

    consultation: tuple[Consultation, ...]
    reasons: tuple[str, ...]
    cpts: tuple[str, ...]


class Shape(NamedTuple):
    """Everything a slot says by codes."""

    types: tuple[SlotType, ...]
    services: Services
    specialties: tuple[str, ...]
    appointment_type: AppointmentType | None


Spelling = tuple[bytes, bytes, bytes, bytes]


def spelling(slot: fhir.SlotAsRead) -> Spelling:
    """The bytes a shape is read from: slots that share them share their shape."""
    return bytes(slot.meta), bytes(slot.serviceType), bytes(slot.specialty), bytes(slot.appointmentType)


def read_shape(written: Spelling) -> Shape:
    """Decode the coded elements of a slot; raise Refused with the path of a broken one."""
    meta, service_types, specialty, appointment = written
    return Shape(
        types=slot_types(_decoded(_meta, meta, ".meta")),
        services=services(_decoded(_services, service_types, ".serviceType")),
        specialties=specialties(_decoded(_concepts, specialty, ".specialty")),
        appointment_type=appointment_type(_decoded(_concept, appointment, ".appointmentType")),
    )


_meta = msgspec.json.Decoder(fhir.Meta | None)
_services = msgspec.json.Decoder(list[fhir.ServiceType] | None)
_concept = msgspec.json.Decoder(fhir.CodeableConcept | None)
_concepts = msgspec.json.Decoder(list[fhir.CodeableConcept] | None)


def _decoded(decoder: msgspec.json.Decoder[T], written: bytes, path: str) -> T:
    try:
        return decoder.decode(written)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(RejectReason.MALFORMED, path + path_in(error)) from None


def slot_types(meta: fhir.Meta | None) -> tuple[SlotType, ...]:
    """Known slot types in their fixed order; unknown codes are ignored, none at all means regulators only."""
    found = {
        SLOT_TYPES[label.code]
        for label in (meta.security if meta else None) or ()
        if label.code in SLOT_TYPES and (label.system is None or "R314" in label.system)
    }
    return tuple(sorted(found, key=ORDER.__getitem__))


def services(written: list[fhir.ServiceType] | None) -> Services:
    texts = (clean(service.text) for service in written or () if service.text)
    return Services(
        consultation=_consultations(written or []),
        reasons=tuple(dict.fromkeys(filter(None, texts)))[:MOST_REASONS],
        cpts=tuple(name for service in written or () for name in _cpts_references(service)),
    )


def _consultations(written: list[fhir.ServiceType]) -> tuple[Consultation, ...]:
    codings = (coding for service in written for coding in service.coding or ())
    return tuple(
        dict.fromkeys(
            CONSULTATIONS[coding.code]
            for coding in codings
            if coding.code in CONSULTATIONS and coding.system in {None, fhir.CONSULTATION}
        )
    )


def specialties(concepts: list[fhir.CodeableConcept] | None) -> tuple[str, ...]:
    """Codes where there are codes, else what the editor wrote."""
    found: list[str] = []
    for concept in concepts or ():
        written = [coding.code or coding.display or "" for coding in concept.coding or ()]
        found += [clean(text) for text in written or [concept.text or ""]]
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_SPECIALTIES]


def appointment_type(concept: fhir.CodeableConcept | None) -> AppointmentType | None:
    codings = (concept.coding if concept else None) or ()
    return next((APPOINTMENT_TYPES[one.code] for one in codings if one.code in APPOINTMENT_TYPES), None)


def _cpts_references(service: fhir.ServiceType) -> list[str]:
    """References to the HealthcareService of a CPTS (both spellings of the category's system)."""
    if not any(_is_cpts(coding) for coding in service.coding or ()):
        return []
    return [
        extension.valueReference.reference
        for extension in service.extension or ()
        if extension.url == fhir.SERVICE_TYPE_EXTENSION
        and extension.valueReference
        and extension.valueReference.reference
    ]


def _is_cpts(coding: fhir.Coding) -> bool:
    return coding.code == fhir.CPTS_CATEGORY and (coding.system or "").startswith(fhir.STRUCTURE_CATEGORY)
