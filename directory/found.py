"""What a search of the directory hands over: plain values, ready to be stored beside the search."""

from datetime import datetime
from typing import Any

import msgspec


class DeclaredParticipation(msgspec.Struct, frozen=True, kw_only=True):
    """One way a practitioner takes part in the SAS, with the name and phone of the structure declared.

    `places` are place keys, none: everywhere. `upcoming`: not in force yet when it was read.
    """

    via: str
    structure: str = ""
    structure_name: str = ""
    structure_phone: str = ""
    since: datetime
    until: datetime | None = None
    places: tuple[str, ...] = ()
    upcoming: bool = False

    def covers(self, place_key: str) -> bool:
        return not self.places or place_key in self.places

    def holds_at(self, instant: datetime) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)


class CandidatePlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place of practice. `structure_id` is prefixed (flows.md, Identifiers)."""

    key: str
    line: str = ""
    postal_code: str = ""
    city: str = ""
    department: str = ""
    # The one chosen for regulators where there is one; the directory's own is everybody's
    phone: str = ""
    national_phone: str = ""
    lat: float | None = None
    lon: float | None = None
    distance_km: float | None = None
    precision: str = "none"
    finess: str = ""
    siret: str = ""
    structure_id: str = ""
    structure_name: str = ""
    time_zone: str = "Europe/Paris"
    # Types of editor slots the practitioner does not show at this place
    refused_types: tuple[str, ...] = ()


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
    participations: tuple[DeclaredParticipation, ...] = ()
    accepts_editor_slots: bool = True
    without_software: bool = False
    accepts_on_top: bool = True
    additional_information: str = ""
    convention_sector: str = ""
    absences: tuple[tuple[datetime, datetime], ...] = ()
    own_doctor: bool = False

    @property
    def participation(self) -> DeclaredParticipation | None:
        """The declaration that speaks for the card: in force, at its first place where there is one."""
        return next((one for one in self.participations if not one.upcoming), None)


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


class ConsultationPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A fixed consultation place of an SOS Médecins association, as the directory knows it."""

    key: str
    name: str
    line: str = ""
    postal_code: str = ""
    city: str = ""
    department: str = ""
    phone: str = ""
    lat: float | None = None
    lon: float | None = None
    distance_km: float | None = None
    time_zone: str = "Europe/Paris"


class Association(msgspec.Struct, frozen=True, kw_only=True):
    """An SOS Médecins association a search found; `places` nearest first, `members` take part through it."""

    siret: str
    name: str
    phone: str = ""
    line: str = ""
    postal_code: str = ""
    city: str = ""
    members: int = 0
    places: tuple[ConsultationPlace, ...] = ()

    @property
    def structure_id(self) -> str:
        """Prefixed (flows.md, Identifiers)."""
        return f"3{self.siret}"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates in their final order; `more` says that others exist beyond the limit."""

    candidates: tuple[Candidate, ...] = ()
    more: bool = False
    structures: tuple[StructureCard, ...] = ()
    associations: tuple[Association, ...] = ()
    radius_km: int = 0
