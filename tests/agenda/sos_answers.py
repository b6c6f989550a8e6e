"""Answers of the SOS flow as editors write them: associations, their consultation places and free slots."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tests.agenda.answers import IDNST, Json, slot

PLACES_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type"
CENTRE = {"line": ["3 boulevard de la Liberté"], "city": "Agen", "postalCode": "47000"}
EVENINGS = [{"daysOfWeek": ["mon", "tue"], "openingTime": "18:00:00", "closingTime": "23:30:00"}]


def siret(number: int) -> str:
    """A prefixed SIRET in the fictitious range."""
    return f"3997{number:06d}00011"


def association(structure_id: str, *, id: str = "", written: str = "") -> Json:
    return {
        "resourceType": "Organization",
        "id": id or f"o-{structure_id}",
        "identifier": [
            {
                "type": {"coding": [{"system": PLACES_TYPES, "code": "IDNST"}]},
                "system": IDNST,
                "value": written or structure_id,
            }
        ],
        "name": "SOS Médecins Agen",
        "telecom": [{"system": "phone", "value": "+33199001230"}],
    }


def location(structure_id: str, place: str = "centre", **more: Any) -> Json:
    return {
        "resourceType": "Location",
        "id": f"l-{structure_id}-{place}",
        "identifier": [
            {
                "type": {"coding": [{"system": PLACES_TYPES, "code": "INTRN"}]},
                "system": "https://lieux.editeur.example",
                "value": f"{structure_id}-{place}",
            }
        ],
        "name": f"Point de consultation {place.capitalize()}",
        "telecom": [{"system": "phone", "value": "+33199001231"}],
        "address": CENTRE,
        "managingOrganization": {"reference": f"Organization/o-{structure_id}"},
        "hoursOfOperation": EVENINGS,
    } | more


def schedule(structure_id: str, place: str = "centre") -> Json:
    return {
        "resourceType": "Schedule",
        "id": f"s-{structure_id}-{place}",
        "actor": [{"reference": f"Location/l-{structure_id}-{place}"}],
    }


def sos_slot(structure_id: str, start: datetime | str, *, place: str = "centre", **options: Any) -> Json:
    return slot(f"{structure_id}-{place}", start, **options)


def everything(structure_ids: Iterable[str], *, places: Sequence[str] = ("centre",), **more: Any) -> list[Json]:
    """What the slots of these associations refer to."""
    return [
        resource
        for one in structure_ids
        for resource in (
            association(one),
            *(link for place in places for link in (schedule(one, place), location(one, place, **more))),
        )
    ]
