"""The free slot as the whole product knows it: no FHIR, no HTTP, no database."""

from datetime import datetime
from enum import StrEnum

import msgspec

# A slot of the platform's own agenda names no editor
OWN_EDITOR = 0


class SlotType(StrEnum):
    """Who may use a slot (TRE_R314-TypeCreneau)."""

    PUBLIC = "PUBLIC"
    PRO = "PRO"
    SNP = "SNP"
    CPTS = "CPTS"


class Consultation(StrEnum):
    """Where it takes place (v3-ActCode)."""

    SURGERY = "AMB"
    TELE = "VR"
    HOME = "HH"


class AppointmentType(StrEnum):
    ROUTINE = "ROUTINE"
    WALKIN = "WALKIN"


class Cpts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A community a slot is shared with; `finess` is nine characters, without prefix."""

    finess: str
    name: str = ""
    phone: str = ""


class SlotPlace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The place as the editor wrote it, cleaned; `structure_id` is prefixed (flows.md, Identifiers).

    Of a consultation place of SOS Médecins: its `name`, and its `hours` as (day, opens, closes), "24:00" included.
    """

    line: str
    postal_code: str
    city: str
    structure_id: str = ""
    phone: str = ""
    name: str = ""
    hours: tuple[tuple[str, str, str], ...] = ()


class Slot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A bookable time. Instants are aware, UTC; `key` is stable between two answers for the same slot.

    `national_id` is a practitioner's, or the prefixed SIRET of an SOS Médecins association.
    """

    key: str
    editor_id: int
    national_id: str
    start: datetime
    end: datetime
    types: tuple[SlotType, ...]
    place: SlotPlace
    consultation: tuple[Consultation, ...] = ()
    reasons: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    cpts: tuple[Cpts, ...] = ()
    appointment_type: AppointmentType | None = None
    # Safe to open (https, registered host), without `origin`; empty: get in touch by phone
    booking_url: str = ""
    # The offset the editor sent is not the place's on that day
    time_to_check: bool = False
    overlaps: bool = False
    # Of the own agenda: patients it takes, and those already sent
    capacity: int = 0
    taken: int = 0

    @property
    def own(self) -> bool:
        return self.editor_id == OWN_EDITOR
