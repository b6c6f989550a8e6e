"""Answers as editors write them: FHIR as plain dictionaries, easy to break on purpose."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
IDNST = "urn:oid:1.2.250.1.71.4.2.2"
R314 = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
R66 = "https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement/FHIR/TRE-R66-CategorieEtablissement"
R66_OLD = "https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
EXTENSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType"

Json = dict[str, Any]

PLACE = {"line": ["12 rue des Lilas"], "city": "Agen", "postalCode": "47000"}


def rpps(number: int) -> str:
    """A prefixed national id in the fictitious range."""
    return f"899700{number:06d}"


def practitioner(national_id: str, *, id: str = "") -> Json:
    return {
        "resourceType": "Practitioner",
        "id": id or f"p-{national_id}",
        "identifier": [
            {
                "type": {"coding": [{"system": "http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "code": "IDNPS"}]},
                "system": IDNPS,
                "value": national_id,
            }
        ],
        "name": [{"family": "TENUE", "given": ["Anne"]}],
    }


def role(national_id: str, *, id: str = "", place: Json | None = None, phone: str = "+33199001234") -> Json:
    return {
        "resourceType": "PractitionerRole",
        "id": id or f"r-{national_id}",
        "contained": [{"resourceType": "Location", "id": "place", "address": place or PLACE}],
        "practitioner": {"reference": f"Practitioner/p-{national_id}"},
        "organization": {"identifier": {"system": IDNST, "value": "1470000001"}},
        "location": [{"reference": "#place"}],
        "telecom": [{"system": "phone", "value": phone}],
    }


def schedule(national_id: str, *, id: str = "", role_id: str = "") -> Json:
    return {
        "resourceType": "Schedule",
        "id": id or f"s-{national_id}",
        "actor": [
            {"reference": f"Practitioner/p-{national_id}"},
            {"reference": f"PractitionerRole/{role_id or f'r-{national_id}'}"},
        ],
    }


def slot(
    national_id: str,
    start: datetime | str,
    *,
    minutes: int = 20,
    end: datetime | str | None = None,
    types: Sequence[str] = ("PUBLIC",),
    cpts: Sequence[str] = (),
    category_system: str = R66,
    comment: str | None = "https://alpha.example/rdv",
    schedule_id: str = "",
    **more: Any,
) -> Json:
    if end is None and isinstance(start, datetime):
        end = start + timedelta(minutes=minutes)
    services: list[Json] = [{"coding": [{"system": ACT, "code": "AMB"}]}, {"text": "Visite"}]
    services += [
        {
            "extension": [{"url": EXTENSION, "valueReference": {"reference": f"HealthcareService/h-{finess}"}}],
            "coding": [{"system": category_system, "code": "604"}],
        }
        for finess in cpts
    ]
    written = {
        "resourceType": "Slot",
        "id": f"slot-{national_id}-{start if isinstance(start, str) else start.isoformat()}",
        "meta": {"security": [{"system": R314, "code": code} for code in types]},
        "serviceType": services,
        "schedule": {"reference": f"Schedule/{schedule_id or f's-{national_id}'}"},
        "status": "free",
        "start": start if isinstance(start, str) else instant(start),
        "end": end if isinstance(end, str) or end is None else instant(end),
        "comment": comment,
        "appointmentType": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0276", "code": "ROUTINE"}]},
    }
    return {name: value for name, value in (written | more).items() if value is not None}


def community(finess: str, *, name: str = "CPTS des Lilas", identifier: str = "") -> list[Json]:
    return [
        {
            "resourceType": "HealthcareService",
            "id": f"h-{finess}",
            "providedBy": {"reference": f"Organization/o-{finess}"},
        },
        {
            "resourceType": "Organization",
            "id": f"o-{finess}",
            "identifier": [{"system": IDNST, "value": identifier or f"1{finess}"}],
            "name": name,
            "telecom": [{"system": "phone", "value": "+33199001122"}],
        },
    ]


def instant(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


def people(national_ids: Iterable[str], *, place: Json | None = None) -> list[Json]:
    """Everything the slots of these practitioners refer to."""
    return [
        resource
        for national_id in national_ids
        for resource in (schedule(national_id), practitioner(national_id), role(national_id, place=place))
    ]


def bundle(resources: Iterable[Json], *, next_url: str = "", **more: Any) -> Json:
    entries = [
        {"fullUrl": f"https://alpha.example/fhir/{one['resourceType']}/{one['id']}", "resource": one}
        for one in resources
    ]
    links = [{"relation": "next", "url": next_url}] if next_url else []
    total = sum(1 for one in entries if one["resource"]["resourceType"] == "Slot")
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": links,
        "entry": entries,
    } | more
