"""Code tables of the wire, in both directions (flows.md, INT_R01 rows 13 to 18, INT_R04)."""

from agenda import fhir
from agenda.slots import AppointmentType, Consultation, SlotType
from agenda.texts import clean

MOST_SPECIALTIES = 10

SLOT_TYPES = {kind.value: kind for kind in SlotType}
CONSULTATIONS = {kind.value: kind for kind in Consultation}
APPOINTMENT_TYPES = {kind.value: kind for kind in AppointmentType}
_ORDER = {kind: number for number, kind in enumerate(SlotType)}


def slot_types(meta: fhir.Meta | None) -> tuple[SlotType, ...]:
    """Known slot types in their fixed order; unknown codes are ignored, none at all means regulators only."""
    found = tuple(
        SLOT_TYPES[label.code]
        for label in (meta.security if meta else None) or ()
        if label.code in SLOT_TYPES and (label.system is None or "R314" in label.system)
    )
    return found if len(found) < 2 else tuple(sorted(set(found), key=_ORDER.__getitem__))


def consultations(services: list[fhir.ServiceType] | None) -> tuple[Consultation, ...]:
    return tuple(
        dict.fromkeys(
            CONSULTATIONS[coding.code]
            for service in services or ()
            for coding in service.coding or ()
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


def cpts_references(service: fhir.ServiceType) -> list[str]:
    """References to the HealthcareService of each CPTS (both spellings of the category's system)."""
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
