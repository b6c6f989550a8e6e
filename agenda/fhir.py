"""The FHIR an editor speaks, read entry by entry so that one broken resource costs only itself.

Wire structs hold what the flows need (flows.md, INT_R01, INT_R04, SOS); unknown elements are skipped
undecoded. Every element is optional here: `reading.py` says what a slot may not lack, `bundles.py`
opens and writes the bundle around them.
"""

from typing import Annotated

import msgspec

LONGEST_STRING = 4096

SLOT_TYPE = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
CONSULTATION = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
APPOINTMENT_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0276"
SPECIALTY = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
# Older editors send it without the /FHIR/… tail
STRUCTURE_CATEGORY = "https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement"
STRUCTURE_CATEGORY_FULL = f"{STRUCTURE_CATEGORY}/FHIR/TRE-R66-CategorieEtablissement"
CPTS_CATEGORY = "604"
SERVICE_TYPE_EXTENSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType"

ABSENT = msgspec.Raw(b"null")
Text = Annotated[str, msgspec.Meta(max_length=LONGEST_STRING)]


class Wire(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Elements keep their FHIR names."""


class Coding(Wire, frozen=True):
    system: Text | None = None
    code: Text | None = None
    display: Text | None = None


class CodeableConcept(Wire, frozen=True):
    coding: list[Coding] | None = None
    text: Text | None = None


class Identifier(Wire, frozen=True):
    type: CodeableConcept | None = None
    system: Text | None = None
    value: Text | None = None


class Reference(Wire, frozen=True):
    reference: Text | None = None
    identifier: Identifier | None = None


class Extension(Wire, frozen=True):
    url: Text | None = None
    valueReference: Reference | None = None


class ServiceType(Wire, frozen=True):
    extension: list[Extension] | None = None
    coding: list[Coding] | None = None
    text: Text | None = None


class Meta(Wire, frozen=True):
    profile: list[Text] | None = None
    security: list[Coding] | None = None


class ContactPoint(Wire, frozen=True):
    system: Text | None = None
    value: Text | None = None


class HumanName(Wire, frozen=True):
    family: Text | None = None
    given: list[Text] | None = None


class Address(Wire, frozen=True):
    line: list[Text] | None = None
    city: Text | None = None
    postalCode: Text | None = None


class Resource(Wire, frozen=True, tag_field="resourceType"):
    id: Text | None = None
    meta: Meta | None = None


class Slot(Resource, frozen=True, tag="Slot"):
    serviceType: list[ServiceType] | None = None
    specialty: list[CodeableConcept] | None = None
    appointmentType: CodeableConcept | None = None
    schedule: Reference | None = None
    status: Text | None = None
    start: Text | None = None
    end: Text | None = None
    comment: Text | None = None


class SlotAsRead(Wire, frozen=True, tag_field="resourceType", tag="Slot"):
    """A Slot whose inner elements stay undecoded: they repeat from slot to slot, and are read once each."""

    meta: msgspec.Raw = ABSENT
    serviceType: msgspec.Raw = ABSENT
    specialty: msgspec.Raw = ABSENT
    appointmentType: msgspec.Raw = ABSENT
    schedule: msgspec.Raw = ABSENT
    status: Text | None = None
    start: Text | None = None
    end: Text | None = None
    comment: Text | None = None


class Schedule(Resource, frozen=True, tag="Schedule"):
    actor: list[Reference] | None = None


class Practitioner(Resource, frozen=True, tag="Practitioner"):
    identifier: list[Identifier] | None = None
    name: list[HumanName] | None = None


class HoursOfOperation(Wire, frozen=True):
    daysOfWeek: list[Text] | None = None
    allDay: bool | None = None
    openingTime: Text | None = None
    closingTime: Text | None = None


class Location(Resource, frozen=True, tag="Location"):
    """What only the SOS flow needs stays undecoded: a fault in it must not cost a practitioner's slots."""

    identifier: list[Identifier] | None = None
    name: msgspec.Raw = ABSENT
    telecom: list[ContactPoint] | None = None
    address: Address | None = None
    managingOrganization: msgspec.Raw = ABSENT
    hoursOfOperation: msgspec.Raw = ABSENT


class PractitionerRole(Resource, frozen=True, tag="PractitionerRole"):
    contained: list[msgspec.Raw] | None = None
    practitioner: Reference | None = None
    organization: Reference | None = None
    location: list[Reference] | None = None
    telecom: list[ContactPoint] | None = None


class HealthcareService(Resource, frozen=True, tag="HealthcareService"):
    providedBy: Reference | None = None


class Organization(Resource, frozen=True, tag="Organization"):
    identifier: list[Identifier] | None = None
    name: Text | None = None
    telecom: list[ContactPoint] | None = None


ReferredTo = Schedule | Practitioner | PractitionerRole | Location | HealthcareService | Organization
