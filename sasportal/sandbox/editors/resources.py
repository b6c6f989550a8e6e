"""FHIR resources of an answer, in the wire format of the SAS guide 1.1.0."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sasportal.sandbox.editors.generation import Opening
from sasportal.sandbox.editors.people import Community, Person, Place
from sasportal.sandbox.editors.queries import IDNPS, IDNST, Query

IDENTIFIER_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
LOCATION_IDENTIFIER_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type"
SLOT_TYPES = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
SPECIALTIES = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
STRUCTURE_CATEGORIES = (
    "https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement/FHIR/TRE-R66-CategorieEtablissement"
)
CONSULTATIONS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
APPOINTMENT_REASONS = "http://terminology.hl7.org/CodeSystem/v2-0276"
SERVICE_TYPE_REFERENCE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType"
INDIVIDUAL_PROFILES = "http://sas.fr/fhir/StructureDefinition"
CPTS_PROFILES = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition"

Resource = dict[str, Any]


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def operation_outcome(severity: str, code: str, diagnostics: str) -> Resource:
    issue = {"severity": severity, "code": code, "diagnostics": diagnostics}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def phone_abroad(phone: str) -> str:
    """Write a French number as `+33XXXXXXXXX`."""
    digits = phone.replace(" ", "")
    return f"+33{digits[1:]}" if digits.startswith("0") else digits


def bundle(found: Sequence[Opening], query: Query, *, base: str, links: list[dict[str, str]], total: int) -> Resource:
    """Gather the slots of one page and what the question asked to include."""
    resources = [(slot(one, base, query), "match") for one in found]
    resources += [(one, "include") for one in _included(found, query)]
    profile = f"{CPTS_PROFILES}/sas-cpts-bundle-aggregator" if query.with_communities else ""
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [profile or f"{INDIVIDUAL_PROFILES}/BundleAgregateur"]},
        "type": "searchset",
        "total": total,
        "link": links,
        "entry": [
            {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": mode}}
            for one, mode in resources
        ],
    }


def _included(found: Sequence[Opening], query: Query) -> list[Resource]:
    included: dict[str, Resource] = {}

    def keep(resources: Iterable[Resource]) -> None:
        for one in resources:
            included.setdefault(f"{one['resourceType']}/{one['id']}", one)

    for one in found:
        if query.with_schedules:
            keep([schedule(one.person, one.place)])
        if query.with_schedules and query.with_actors:
            keep([practitioner(one.person), practitioner_role(one.person, one.place)])
        if query.with_communities:
            keep(resource for cpts in one.communities for resource in (healthcare_service(cpts), organization(cpts)))
    return list(included.values())


def slot(one: Opening, base: str, query: Query) -> Resource:
    cpts = query.with_communities
    service_types: list[Resource] = [_concept(CONSULTATIONS, code) for code in one.consultation]
    if cpts:
        service_types += [_shared_with(community) for community in one.communities]
    service_types += [{"text": reason} for reason in one.reasons]
    resource: Resource = {
        "resourceType": "Slot",
        "id": one.id,
        "meta": {
            "profile": [
                f"{CPTS_PROFILES}/sas-cpts-slot-aggregator" if cpts else f"{INDIVIDUAL_PROFILES}/FrSlotAgregateur"
            ],
            "security": [{"system": SLOT_TYPES, "code": code} for code in one.types],
        },
        "serviceType": service_types,
        "appointmentType": _concept(APPOINTMENT_REASONS, "WALKIN" if one.walk_in else "ROUTINE"),
        "schedule": {"reference": f"Schedule/{_at(one.person, one.place)}"},
        "status": "free",
        "start": instant(one.start),
        "end": instant(one.end),
    }
    if one.person.specialty:
        resource["specialty"] = [_concept(SPECIALTIES, one.person.specialty)]
    if not one.walk_in:
        resource["comment"] = f"{base.removesuffix('/fhir')}/rdv/{one.person.id}/{one.id}"
    return resource


def schedule(person: Person, place: Place) -> Resource:
    return {
        "resourceType": "Schedule",
        "id": _at(person, place),
        "meta": {"profile": [f"{INDIVIDUAL_PROFILES}/FrScheduleAgregateur"]},
        "actor": [
            {"reference": f"Practitioner/{person.id}"},
            {"reference": f"PractitionerRole/{_at(person, place)}"},
        ],
    }


def practitioner(person: Person) -> Resource:
    return {
        "resourceType": "Practitioner",
        "id": person.id,
        "meta": {"profile": [f"{INDIVIDUAL_PROFILES}/FrPractitionerAgregateur"]},
        "identifier": [{"type": _concept(IDENTIFIER_TYPES, "IDNPS"), "system": IDNPS, "value": person.national_id}],
        "name": [{"family": person.family_name, "given": [person.given_name]}],
    }


def practitioner_role(person: Person, place: Place) -> Resource:
    resource: Resource = {
        "resourceType": "PractitionerRole",
        "id": _at(person, place),
        "meta": {"profile": [f"{INDIVIDUAL_PROFILES}/FrPractitionerRoleExerciceAgregateur"]},
        "contained": [location(place)],
        "practitioner": {"reference": f"Practitioner/{person.id}"},
        "location": [{"reference": "#lieu"}],
    }
    if place.structure_id:
        identifier = {"type": _concept(IDENTIFIER_TYPES, "IDNST"), "system": IDNST, "value": place.structure_id}
        resource["organization"] = {"identifier": identifier}
    if place.phone:
        resource["telecom"] = [{"system": "phone", "value": phone_abroad(place.phone)}]
    return resource


def location(place: Place) -> Resource:
    return {
        "resourceType": "Location",
        "id": "lieu",
        "meta": {"profile": [f"{INDIVIDUAL_PROFILES}/FrLocationAgregateur"]},
        "identifier": [
            {
                "type": _concept(LOCATION_IDENTIFIER_TYPES, "INTRN"),
                "system": "https://lieux.editeur.example",
                "value": place.key,
            }
        ],
        "address": {"line": [place.line], "city": place.city, "postalCode": place.postal_code},
    }


def healthcare_service(community: Community) -> Resource:
    return {
        "resourceType": "HealthcareService",
        "id": f"cpts-{community.finess}",
        "meta": {"profile": [f"{CPTS_PROFILES}/sas-cpts-healthcareservice-aggregator"]},
        "providedBy": {"reference": f"Organization/cpts-{community.finess}"},
    }


def organization(community: Community) -> Resource:
    resource: Resource = {
        "resourceType": "Organization",
        "id": f"cpts-{community.finess}",
        "meta": {"profile": [f"{CPTS_PROFILES}/sas-cpts-organization-aggregator"]},
        "identifier": [{"type": _concept(IDENTIFIER_TYPES, "IDNST"), "system": IDNST, "value": f"1{community.finess}"}],
        "name": community.name,
    }
    if community.phone:
        resource["telecom"] = [{"system": "phone", "value": phone_abroad(community.phone)}]
    return resource


def _at(person: Person, place: Place) -> str:
    """FHIR id of a person's agenda in one place."""
    return f"{person.id}-{[one.key for one in person.places].index(place.key)}"


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _shared_with(community: Community) -> Resource:
    reference = {"reference": f"HealthcareService/cpts-{community.finess}"}
    return {
        "extension": [{"url": SERVICE_TYPE_REFERENCE, "valueReference": reference}],
        "coding": [{"system": STRUCTURE_CATEGORIES, "code": "604"}],
    }
