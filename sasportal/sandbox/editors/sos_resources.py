"""FHIR resources of an answer about SOS Médecins associations, in the wire format of the SAS guide 1.1.0."""

from collections.abc import Sequence

from sasportal.sandbox.editors.generation import Opening
from sasportal.sandbox.editors.people import Person, Place
from sasportal.sandbox.editors.queries import IDNST, Query
from sasportal.sandbox.editors.resources import (
    APPOINTMENT_REASONS,
    CONSULTATIONS,
    LOCATION_IDENTIFIER_TYPES,
    SLOT_TYPES,
    Resource,
    instant,
    phone_abroad,
)

SOS_PROFILES = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition"
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def sos_bundle(
    found: Sequence[Opening], query: Query, *, base: str, links: list[dict[str, str]], total: int
) -> Resource:
    """Gather the agendas with a free slot, their slots, and what the question asked to include."""
    included: dict[str, Resource] = {}
    for one in found:
        linked = [schedule(one.person, one.place)]
        linked += [location(one.person, one.place)] if "Schedule:actor:Location" in query.includes else []
        linked += [organization(one.person)] if "Location:organization" in query.includes else []
        included |= {f"{resource['resourceType']}/{resource['id']}": resource for resource in linked}
    slots = [slot(one, base) for one in found] if "Slot:schedule" in query.includes else []
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [f"{SOS_PROFILES}/sas-sos-bundle-aggregator"]},
        "type": "searchset",
        "total": total,
        "link": links,
        "entry": [
            {
                "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
                "resource": one,
                "search": {"mode": "match" if one["resourceType"] == "Schedule" else "include"},
            }
            for one in (*slots, *included.values())
        ],
    }


def slot(one: Opening, base: str) -> Resource:
    resource: Resource = {
        "resourceType": "Slot",
        "id": one.id,
        "meta": {
            "profile": [f"{SOS_PROFILES}/sas-sos-slot-aggregator"],
            "security": [{"system": SLOT_TYPES, "code": code} for code in one.types],
        },
        "serviceType": [{"coding": [{"system": CONSULTATIONS, "code": code}]} for code in one.consultation],
        "appointmentType": {
            "coding": [{"system": APPOINTMENT_REASONS, "code": "WALKIN" if one.walk_in else "ROUTINE"}]
        },
        "schedule": {"reference": f"Schedule/{_at(one.person, one.place)}"},
        "status": "free",
        "start": instant(one.start),
        "end": instant(one.end),
    }
    if not one.walk_in:
        resource["comment"] = f"{base.removesuffix('/fhir')}/rdv/{one.person.id}/{one.id}"
    return resource


def schedule(association: Person, place: Place) -> Resource:
    return {
        "resourceType": "Schedule",
        "id": _at(association, place),
        "meta": {"profile": [f"{SOS_PROFILES}/sas-sos-schedule-aggregator"]},
        "actor": [{"reference": f"Location/{_at(association, place)}"}],
    }


def location(association: Person, place: Place) -> Resource:
    resource: Resource = {
        "resourceType": "Location",
        "id": _at(association, place),
        "meta": {"profile": [f"{SOS_PROFILES}/sas-sos-location-aggregator"]},
        "identifier": [
            {
                "type": {"coding": [{"system": LOCATION_IDENTIFIER_TYPES, "code": "INTRN"}]},
                "system": "https://lieux.editeur.example",
                "value": place.key,
            }
        ],
        "name": place.name,
        "address": {"line": [place.line], "city": place.city, "postalCode": place.postal_code},
        "managingOrganization": {"reference": f"Organization/{association.id}"},
    }
    if place.phone:
        resource["telecom"] = [{"system": "phone", "value": phone_abroad(place.phone)}]
    if place.hours:
        opens, closes = place.hours
        resource["hoursOfOperation"] = [
            {"daysOfWeek": WEEK, "openingTime": f"{opens}:00", "closingTime": f"{closes}:00"}
        ]
    return resource


def organization(association: Person) -> Resource:
    resource: Resource = {
        "resourceType": "Organization",
        "id": association.id,
        "meta": {"profile": [f"{SOS_PROFILES}/sas-sos-organization-aggregator"]},
        "identifier": [
            {
                "type": {"coding": [{"system": LOCATION_IDENTIFIER_TYPES, "code": "IDNST"}]},
                "system": IDNST,
                "value": association.national_id,
            }
        ],
        "name": association.name,
    }
    if association.phone:
        resource["telecom"] = [{"system": "phone", "value": phone_abroad(association.phone)}]
    return resource


def _at(association: Person, place: Place) -> str:
    """FHIR id of one consultation place, and of its agenda."""
    return f"{association.id}-{[one.key for one in association.places].index(place.key)}"
