"""What an editor tells about an appointment, once read: plain values, no FHIR, no patient."""

from dataclasses import dataclass
from datetime import datetime

from booking.models import AppointmentStatus


@dataclass(frozen=True, kw_only=True)
class Told:
    """`system` and `value` identify the appointment at its editor. Instants are aware.

    `practitioner`, `structure` and `operator_value` carry their prefix. An operator nobody could be is left empty.
    """

    system: str
    value: str
    status: AppointmentStatus
    start: datetime
    end: datetime
    practitioner: str = ""
    structure: str = ""
    awaits_confirmation: bool = False
    operator_system: str = ""
    operator_value: str = ""
    orientation_category: str = ""
    last_updated: datetime | None = None
