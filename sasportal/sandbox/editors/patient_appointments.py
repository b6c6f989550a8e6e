"""Appointments patients ask on the platform, read strictly, with this editor's own rules."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sasportal.sandbox.editors.agenda import Agenda
from sasportal.sandbox.editors.bookings import Booking, SlotTaken, Status, new_id
from sasportal.sandbox.editors.generation import Opening
from sasportal.sandbox.editors.queries import IDNPS
from sasportal.sandbox.editors.resources import instant
from sasportal.sandbox.editors.writes import WriteRefused


@dataclass(frozen=True, kw_only=True)
class Asked:
    system: str
    value: str
    cancelled: bool
    national_id: str
    start: datetime
    end: datetime
    patient: str


def read_asked(resource: Any) -> Asked:
    """Read an Appointment that a patient asks; of a cancelled one, the patient is not needed."""
    try:
        if resource["resourceType"] != "Appointment" or resource["status"] not in {"booked", "cancelled"}:
            raise WriteRefused(400, "structure", "Un Appointment booked ou cancelled est attendu.")
        [identifier] = resource["identifier"]
        [practitioner] = [
            one["actor"]["identifier"]["value"]
            for one in resource["participant"]
            if one["actor"].get("identifier", {}).get("system") == IDNPS
        ]
        cancelled = resource["status"] == "cancelled"
        return Asked(
            system=identifier["system"],
            value=identifier["value"],
            cancelled=cancelled,
            national_id=practitioner,
            start=datetime.fromisoformat(resource["start"]),
            end=datetime.fromisoformat(resource["end"]),
            patient="" if cancelled else _patient(resource),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise WriteRefused(400, "structure", "Un Appointment complet est attendu.") from None


def _patient(resource: dict[str, Any]) -> str:
    """« Zoé CANARI, 04/05/1986, 06… »"""
    [patient] = [one for one in resource["contained"] if one["resourceType"] == "Patient"]
    if not any(one["actor"].get("reference") == f"#{patient['id']}" for one in resource["participant"]):
        raise WriteRefused(422, "business-rule", "Le patient doit participer au rendez-vous.")
    [name] = patient["name"]
    born = datetime.fromisoformat(patient["birthDate"])
    [phone] = [one["value"] for one in patient["telecom"] if one["system"] == "phone"]
    return f"{name['given'][0]} {name['family']}, {born:%d/%m/%Y}, {phone}"


def take(agenda: Agenda, asked: Asked, now: datetime) -> tuple[Booking | None, bool]:
    """Take or give back the appointment of this identifier; tell whether it is new. The same twice changes nothing."""
    bookings = agenda.bookings
    known = bookings.asked_as(asked.system, asked.value)
    if known is None and asked.cancelled:
        return None, False
    if known is None:
        return _new(agenda, asked, now), True
    if asked.cancelled and known.status is Status.BOOKED:
        bookings.close(known, Status.CANCELLED, now=now)
        bookings.acknowledged(known, known.version)
    return known, False


def _new(agenda: Agenda, asked: Asked, now: datetime) -> Booking:
    opening = _opening(agenda, asked, now)
    moment = now.isoformat()
    booking = Booking(
        id=new_id(), opening_id=opening.id, person_id=opening.person.id, national_id=opening.person.national_id,
        person_name=opening.person.title, operator="", operator_name="", start=instant(opening.start),
        end=instant(opening.end), created=moment, changed=moment, sent=1, system=asked.system, value=asked.value,
        patient=asked.patient,
    )  # fmt: skip
    try:
        return agenda.bookings.take(booking)
    except SlotTaken:
        raise _taken() from None


def _opening(agenda: Agenda, asked: Asked, now: datetime) -> Opening:
    person = next((one for one in agenda.people.values() if one.national_id == asked.national_id), None)
    if person is None:
        raise WriteRefused(422, "not-found", "Ce praticien n’a pas d’agenda ici.")
    free = (one for one in agenda.free(person, now) if (one.start, one.end) == (asked.start, asked.end))
    opening = next((one for one in free if "PUBLIC" in one.types), None)
    if opening is None:
        raise _taken()
    return opening


def _taken() -> WriteRefused:
    return WriteRefused(409, "conflict", "Ce créneau n’est plus libre.")
