"""What a search of the directory hands over: plain values, ready to be stored beside the search."""

from datetime import datetime
from typing import Any

import msgspec


class DeclaredParticipation(msgspec.Struct, frozen=True, kw_only=True):
    """How a practitioner takes part in the SAS, with the name and phone of the structure declared."""

    via: str
    structure: str = ""
    structure_name: str = ""
    structure_phone: str = ""
    since: datetime


class CandidatePlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place of practice. `structure_id` is prefixed (flows.md, Identifiers)."""

    key: str
    line: str = ""
    postal_code: str = ""
    city: str = ""
    department: str = ""
    phone: str = ""
    lat: float | None = None
    lon: float | None = None
    distance_km: float | None = None
    precision: str = "none"
    finess: str = ""
    siret: str = ""
    structure_id: str = ""
    structure_name: str = ""
    time_zone: str = "Europe/Paris"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A practitioner a search found; `places` nearest first, those within reach before the others."""

    national_id: str
    name: str
    civility: str = ""
    profession: str
    profession_label: str
    specialties: tuple[str, ...] = ()
    specialty_codes: tuple[str, ...] = ()
    places: tuple[CandidatePlace, ...] = ()
    participation: DeclaredParticipation | None = None
    accepts_editor_slots: bool = True
    accepts_on_top: bool = True
    additional_information: str = ""
    convention_sector: str = ""
    absences: tuple[tuple[datetime, datetime], ...] = ()
    own_doctor: bool = False


class StructureCard(msgspec.Struct, frozen=True, kw_only=True):
    """A CPTS, MSP, CDS or SOS association as the page shows it; `members` take part through it."""

    finess: str
    siret: str = ""
    category: str
    name: str
    phone: str = ""
    description: str = ""
    line: str = ""
    postal_code: str = ""
    city: str = ""
    opening_hours: dict[str, Any] = {}
    confirmed_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    distance_km: float | None = None
    members: int = 0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates in their final order; `more` says that others exist beyond the limit."""

    candidates: tuple[Candidate, ...] = ()
    more: bool = False
    structures: tuple[StructureCard, ...] = ()
    radius_km: int = 0
