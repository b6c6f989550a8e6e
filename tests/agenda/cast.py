"""Candidates, searches and editors for the tests of the agenda."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from agenda.filters import Filters
from agenda.models import Editor, Flow
from agenda.searches import Search, prepare_search
from agenda.slots import Consultation, Slot, SlotPlace, SlotType
from agenda.visibility import Viewer
from directory.found import Candidate, CandidatePlace, DeclaredParticipation, Found
from directory.needs import Need
from directory.places import Near
from tests.agenda.answers import rpps

AGEN = Near(label="Agen (47)", lat=44.2, lon=0.62, radius_km=30, department="47", kind="town", time_zone="Europe/Paris")
LILAS = "470000101"
MESURE = "470000202"
NOON = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


def candidate(national_id: str = rpps(1), **more: Any) -> Candidate:
    place = CandidatePlace(
        key="lilas", line="12 rue des Lilas", postal_code="47000", city="Agen", phone="01 99 00 12 34"
    )
    details: dict[str, Any] = {
        "national_id": national_id,
        "name": "Anne TENUE",
        "civility": "DR",
        "profession": "10",
        "profession_label": "Médecin",
        "places": (place,),
    }
    return Candidate(**(details | more))


def through(via: str, structure: str = "") -> DeclaredParticipation:
    return DeclaredParticipation(
        via=via, structure=structure, structure_name="CPTS des Lilas" if structure else "",
        structure_phone="01 99 00 11 22" if structure else "", since=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def found(*candidates: Candidate) -> Found:
    return Found(candidates=candidates, radius_km=30)


def free_slot(start: datetime, *, types: Sequence[SlotType] = (SlotType.PUBLIC,), **more: Any) -> Slot:
    details: dict[str, Any] = {
        "key": f"key-{start.isoformat()}",
        "editor_id": 1,
        "national_id": rpps(1),
        "start": start,
        "end": start + timedelta(minutes=20),
        "types": tuple(types),
        "consultation": (Consultation.SURGERY,),
        "place": SlotPlace(line="12 rue des Lilas", postal_code="47000", city="Agen"),
    }
    return Slot(**(details | more))


def search_of(*candidates: Candidate, **more: Any) -> Search:
    """A search, planned and neither kept nor asked."""
    return prepare_search(**search_arguments(*candidates, **more))


def search_arguments(*candidates: Candidate, **more: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "owner": "owner",
        "viewer": Viewer.REGULATOR,
        "what": "médecin généraliste",
        "need": Need(kind="specialty", label="Médecin généraliste", value="medecin-generaliste"),
        "near": AGEN,
        "found": found(*candidates),
        "filters": Filters(),
        "seed": 1,
    }
    return arguments | more


def register(url: str, name: str = "Alpha", **more: Any) -> Editor:
    details: dict[str, Any] = {
        "base_url": url,
        "booking_hosts": ["alpha.example"],
        "flows": [Flow.R01],
    }
    return Editor.objects.create(name=name, **(details | more))
