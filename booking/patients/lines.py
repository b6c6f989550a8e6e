"""The words of one booking: what templates and e-mails print, worked out once."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from agenda.slots import Slot
from booking.patients.models import OPEN_STATES, Booking, BookingState, Meeting, PersonKind
from booking.patients.people import Identity, identity
from directory.zones import zone_of_postal_code
from sasportal.vault.sealing import Unreadable, opened
from sasportal.wording import NARROW, listed, long_day, phone, zone_line

WAYS = {"AMB": "au cabinet", "VR": "en téléconsultation", "HH": "à domicile"}
REASONS = [
    ("symptom", "Un symptôme ou une douleur"),
    ("follow_up", "Le suivi d’une maladie ou d’un traitement"),
    ("renewal", "Un renouvellement d’ordonnance"),
    ("prevention", "Un vaccin, un certificat, un conseil"),
    ("other", "Autre chose"),
]
TONES = {
    BookingState.PENDING: "info",
    BookingState.BOOKED: "success",
    BookingState.REFUSED: "error",
    BookingState.CANCELLED: "",
    BookingState.FULFILLED: "success",
    BookingState.NOSHOW: "warning",
}


def at(instant: datetime, zone: str) -> str:
    """ "jeudi 25 mai, 09 h 15", by the clock of the place."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{long_day(local.date())}, {local:%H}{NARROW}h{NARROW}{local:%M}"


def hour(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%H}{NARROW}h{NARROW}{local:%M}"


@dataclass(frozen=True, kw_only=True)
class MeetingLine:
    when: str
    zone: str
    who: str
    specialty: str
    manner: str
    place: str
    phone: str
    map_url: str


def meeting_line(meeting: Meeting) -> MeetingLine:
    at_place = "AMB" in meeting.consultation or not meeting.consultation
    return MeetingLine(
        when=at(meeting.start, meeting.time_zone),
        zone="" if meeting.time_zone == "Europe/Paris" else zone_line(meeting.time_zone, meeting.start),
        who=meeting.practitioner_name,
        specialty=meeting.specialty,
        manner=listed([WAYS[code] for code in meeting.consultation if code in WAYS]),
        place=meeting.place,
        phone=phone(meeting.phone),
        map_url=f"https://www.openstreetmap.org/search?query={quote(meeting.place)}" if at_place else "",
    )


@dataclass(frozen=True, kw_only=True)
class BookingLine:
    """`patient` is None once erased; `reason` is for the patient and the practice alone."""

    booking: Booking
    meeting: MeetingLine
    label: str
    tone: str
    open: bool
    patient: Identity | None
    for_whom: str
    reason: str
    reason_text: str


def booking_line(booking: Booking) -> BookingLine:
    content = read(booking)
    patient = identity(content) if content else None
    state = BookingState(booking.state)
    return BookingLine(
        booking=booking,
        meeting=meeting_line(booking),
        label=state.label,
        tone=TONES[state],
        open=state in OPEN_STATES,
        patient=patient,
        for_whom=for_whom(content.get("kind", ""), patient),
        reason=dict(REASONS).get(content.get("reason", ""), ""),
        reason_text=content.get("reason_text", ""),
    )


def read(booking: Booking) -> dict[str, str]:
    """What is sealed in it; nothing once erased."""
    try:
        return opened(booking)
    except Unreadable:
        return {}


def for_whom(kind: str, patient: Identity | None) -> str:
    if patient is None:
        return ""
    return "moi" if kind == PersonKind.SELF else patient.given_name


@dataclass(frozen=True, kw_only=True)
class Alternative:
    key: str
    words: str
    manner: str


def alternative(slot: Slot) -> Alternative:
    zone = zone_of_postal_code(slot.place.postal_code)
    return Alternative(
        key=slot.key, words=at(slot.start, zone), manner=listed([WAYS[code] for code in slot.consultation])
    )
