"""A booking as an entry of the patient's own calendar. No reason in it: calendars are read over shoulders."""

from datetime import UTC, timedelta

from icalendar import Alarm, Calendar, Event, vText

from booking.patients.lines import WAYS
from booking.patients.models import OPEN_STATES, Booking, BookingState
from sasportal.wording import listed, phone

UID_DOMAIN = "rendez-vous.sas.invalid"
REMINDED = timedelta(hours=2)


def calendar_of(booking: Booking) -> bytes:
    """One entry whose UID never changes; a later SEQUENCE replaces it, METHOD:CANCEL takes it out."""
    alive = booking.state in OPEN_STATES or booking.state in {"fulfilled", "noshow"}
    calendar = Calendar()
    calendar.add("prodid", "-//SAS//Rendez-vous//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH" if alive else "CANCEL")
    calendar.add_component(_event(booking, alive=alive))
    return bytes(calendar.to_ical())


def _event(booking: Booking, *, alive: bool) -> Event:
    event = Event()
    event.add("uid", f"{booking.pk}@{UID_DOMAIN}")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", booking.changed_at.astimezone(UTC))
    event.add("dtstart", booking.start.astimezone(UTC))
    event.add("dtend", booking.end.astimezone(UTC))
    event.add("summary", f"Rendez-vous – {booking.practitioner_name}")
    event.add("status", _status(booking, alive=alive))
    manner = listed([WAYS[code] for code in booking.consultation if code in WAYS])
    details = [manner.capitalize(), f"Téléphone : {phone(booking.phone)}" if booking.phone else ""]
    event.add("description", "\n".join(filter(None, details)))
    event["location"] = vText(booking.place)
    event.add("class", "PRIVATE")
    if alive:
        event.add_component(_alarm())
    return event


def _status(booking: Booking, *, alive: bool) -> str:
    if booking.state == BookingState.PENDING:
        return "TENTATIVE"
    return "CONFIRMED" if alive else "CANCELLED"


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Rendez-vous")
    alarm.add("trigger", -REMINDED)
    return alarm
