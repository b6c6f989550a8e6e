"""A patient's appointment as it is written to his editor: what the practice needs to receive him, and no more."""

from typing import Any

from django.conf import settings
from fhir.resources.R4B.appointment import Appointment

from agenda.identifiers import IDNPS
from booking.patients.lines import read
from booking.patients.models import Booking, BookingState
from booking.patients.people import Identity, identity

IDENTIFIER_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
PATIENT = "patient"


def identifier_of(booking: Booking) -> tuple[str, str]:
    """System and value: the same each time, so that the editor knows it again."""
    return settings.APPOINTMENT_SYSTEM, str(booking.pk)


def appointment(booking: Booking, state: BookingState) -> bytes:
    """Ask for it (`booked`) with who comes, or take it back (`cancelled`) without."""
    content = read(booking) if state == BookingState.BOOKED else {}
    who = identity(content) if content else None
    system, value = identifier_of(booking)
    kind = {"coding": [{"system": IDENTIFIER_TYPES, "code": "IDNPS"}]}
    practitioner = {"type": kind, "system": IDNPS, "value": booking.practitioner}
    resource: dict[str, Any] = {
        "identifier": [{"system": system, "value": value}],
        "status": state.value,
        "start": booking.start,
        "end": booking.end,
        "created": booking.booked_at,
        "participant": [{"actor": {"identifier": practitioner}, "status": "accepted"}],
    }
    if who:
        resource["contained"] = [_patient(who)]
        resource["participant"].append({"actor": {"reference": f"#{PATIENT}"}, "status": "accepted"})
    return Appointment.model_validate(resource).model_dump_json().encode()


def _patient(who: Identity) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "name": [{"family": who.family_name, "given": [who.given_name]}],
        "birthDate": who.birth_date.isoformat(),
        "telecom": [{"system": "phone", "value": who.phone}],
    }
