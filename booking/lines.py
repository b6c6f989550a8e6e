"""The words of one orientation: what the templates print, worked out once, without HTML."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agenda.booking_urls import with_origin
from agenda.slots import Slot
from booking.models import Orientation, OrientationEvent, OrientationState, Way
from booking.states import AGREED_HERE, cancellable, undoable, without_return
from directory.zones import zone_of_postal_code
from sasportal.wording import clock, listed, long_day, phone, zone_line

CONSULTATION = {"AMB": "au cabinet", "VR": "en téléconsultation", "HH": "à domicile"}
WITHOUT_RETURN = "without_return"
BY_PHONE = "by_phone"
AWAITED = "awaited"
LABELS = {
    OrientationState.OPENED: "Ouverte",
    OrientationState.BOOKED: "Confirmée",
    OrientationState.FULFILLED: "Honorée",
    OrientationState.NOSHOW: "Patient absent",
    OrientationState.CANCELLED: "Annulée",
    WITHOUT_RETURN: "Sans retour",
    BY_PHONE: "À convenir par téléphone",
    AWAITED: "À confirmer par la structure",
}
# Names of the design system's badges; the words say the same without colour
TONES = {
    OrientationState.OPENED: "info",
    OrientationState.BOOKED: "success",
    OrientationState.FULFILLED: "success",
    OrientationState.NOSHOW: "warning",
    OrientationState.CANCELLED: "",
    WITHOUT_RETURN: "error",
    BY_PHONE: "info",
    AWAITED: "info",
}
ENDED = {OrientationState.FULFILLED, OrientationState.NOSHOW, OrientationState.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class Line:
    """`state` is the state in the database, or WITHOUT_RETURN, BY_PHONE or AWAITED. Times are the place's own."""

    orientation: Orientation
    state: str
    label: str
    tone: str
    taken_at: str
    day: str
    hour: str
    zone: str
    manner: str
    way: str
    phone: str
    url: str
    undoable: bool
    cancellable: bool

    @property
    def when(self) -> str:
        return f"{self.day} à {self.hour}"

    @property
    def agreed_here(self) -> bool:
        return self.orientation.way in AGREED_HERE

    @property
    def waiting(self) -> bool:
        """Given up by one click: nothing was agreed yet."""
        return self.orientation.state == OrientationState.OPENED

    @property
    def confirmable(self) -> bool:
        return self.state == BY_PHONE

    @property
    def worth_telling(self) -> bool:
        """Does the patient still need to hear where and when?"""
        return self.state not in ENDED

    @property
    def final(self) -> bool:
        """Is there nothing more to wait for on the screen?"""
        return self.state not in {OrientationState.OPENED, AWAITED} and not self.undoable

    @property
    def whom(self) -> str:
        """Whom to call, in a sentence."""
        return "le professionnel" if self.orientation.practitioner else "la structure"

    @property
    def cancelled_because(self) -> str:
        return self.orientation.get_cancel_reason_display() if self.state == OrientationState.CANCELLED else ""

    @property
    def places(self) -> str:
        """How full the range is, in words; empty for a slot of one patient."""
        row = self.orientation.occurrence
        return f"{row.taken} sur {row.capacity} patients" if row and row.capacity > 1 else ""

    @property
    def to_read_out(self) -> str:
        """What the regulator tells the patient, ready to paste."""
        one = self.orientation
        sentence = f"{one.practitioner_name}, {self.when}, {one.place}"
        return f"{sentence}. Téléphone : {self.phone}." if self.phone else f"{sentence}."


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another slot of the same practitioner. `words` name it for those who only hear it."""

    key: str
    words: str
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class SlotLine:
    """A slot of the own agenda in words. `until` and `places` are empty for a slot of one patient."""

    when: str
    until: str
    places: str
    left: int
    where: str
    manner: str
    zone: str


def slot_line(slot: Slot) -> SlotLine:
    zone = zone_of_postal_code(slot.place.postal_code)
    start = slot.start.astimezone(ZoneInfo(zone))
    several_patients = slot.capacity > 1
    return SlotLine(
        when=f"{long_day(start.date())} à {clock(start)}",
        until=clock(slot.end.astimezone(ZoneInfo(zone))) if several_patients else "",
        places=f"{slot.taken} sur {slot.capacity} patients déjà orientés" if several_patients else "",
        left=slot.capacity - slot.taken,
        where=f"{slot.place.line}, {slot.place.postal_code} {slot.place.city}".strip(" ,"),
        manner=listed([CONSULTATION[code] for code in slot.consultation]),
        zone="" if zone == "Europe/Paris" else zone_line(zone, slot.start),
    )


def line(orientation: Orientation, now: datetime) -> Line:
    state = state_shown(orientation, now)
    zone = ZoneInfo(orientation.time_zone)
    start = orientation.start.astimezone(zone)
    return Line(
        orientation=orientation,
        state=state,
        label=LABELS[state],
        tone=TONES[state],
        taken_at=clock(orientation.opened_at.astimezone(ZoneInfo("Europe/Paris"))),
        day=long_day(start.date()),
        hour=clock(start),
        zone="" if orientation.time_zone == "Europe/Paris" else zone_line(orientation.time_zone, orientation.start),
        manner=listed([CONSULTATION[code] for code in orientation.consultation if code in CONSULTATION]),
        way=way_in_words(orientation),
        phone=phone(orientation.phone),
        url=with_origin(orientation.booking_url) if orientation.booking_url else "",
        undoable=undoable(orientation, now),
        cancellable=cancellable(orientation, now),
    )


def way_in_words(orientation: Orientation) -> str:
    way = agreed_through(orientation)
    return f"{way} (réorientation des urgences)" if orientation.reorientation else way


def agreed_through(orientation: Orientation) -> str:
    match Way(orientation.way):
        case Way.OWN:
            return "agenda du portail"
        case Way.ON_TOP:
            return "en sus, par téléphone"
        case Way.EDITOR:
            return orientation.editor_name if orientation.booking_url else "téléphone"


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One line of an orientation's history."""

    at: datetime
    state: str
    by: str
    reason: str


def event_line(event: OrientationEvent, orientation: Orientation) -> EventLine:
    """Say it to the regulator whose orientation it is."""
    return EventLine(
        at=event.at, state=event.get_state_display(), by=author(event.by, orientation),
        reason=event.get_reason_display(),
    )  # fmt: skip


def author(by: str, orientation: Orientation) -> str:
    if by.startswith("editor:"):
        return "l’éditeur"
    return "vous" if by == str(orientation.regulator.technical_id) else "le professionnel"


def state_shown(orientation: Orientation, now: datetime) -> str:
    if without_return(orientation, now):
        return WITHOUT_RETURN
    if orientation.state == OrientationState.OPENED and not orientation.booking_url:
        return BY_PHONE
    appointment = orientation.appointment
    if orientation.state == OrientationState.BOOKED and appointment and appointment.awaits_confirmation:
        return AWAITED
    return orientation.state


def alternative(slot: Slot) -> Alternative:
    start = slot.start.astimezone(ZoneInfo(zone_of_postal_code(slot.place.postal_code)))
    manner = listed([CONSULTATION[code] for code in slot.consultation])
    where = slot.place.name or slot.place.city
    words = f"{long_day(start.date())} à {clock(start)}, {where}"
    return Alternative(key=slot.key, words=f"{words}, {manner}" if manner else words, own=slot.own)
