"""A professional's card in patients' words: name, place, phone, and rendez-vous by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from agenda.cards_view import (
    OWN_FILTERS,
    address,
    href,
    other_place,
    references,
    shown_name,
    slot_address,
    spoken_name,
)
from agenda.days import Day
from agenda.progress import Card
from agenda.slots import AppointmentType, Consultation
from agenda.visibility import VisibleSlot
from sasportal.wording import clock, column_day, distance, listed, long_day, phone, several, zone_line

FIRST_OFFERS = 6
# On the button, and in the sentence that names it
WAYS = {
    Consultation.SURGERY: ("cabinet", "au cabinet"),
    Consultation.TELE: ("vidéo", "en téléconsultation"),
    Consultation.HOME: ("à domicile", "à domicile"),
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One rendez-vous to take. `words` is its whole name; without `url` it is not taken online."""

    hour: str
    way: str
    ref: str
    url: str
    words: str


@dataclass(frozen=True, kw_only=True)
class DayOffers:
    name: str
    full: str
    first: tuple[Offer, ...]
    others: tuple[Offer, ...]
    others_label: str


@dataclass(frozen=True, kw_only=True)
class Offers:
    """The part of a card that changes while answers arrive."""

    state: str
    days: tuple[DayOffers, ...]
    message: str
    note: str
    other_places: tuple[tuple[str, str], ...]
    call: str
    call_href: str


@dataclass(frozen=True, kw_only=True)
class PatientCard:
    national_id: str
    anchor: str
    title: str
    trade: str
    distance: str
    sector: str
    address: str
    other_places: str
    phone: str
    phone_href: str
    zone_line: str
    offers: Offers


def patient_card(card: Card, *, search_id: UUID, now: datetime) -> PatientCard:
    candidate = card.candidate
    place = candidate.places[0] if candidate.places else None
    number = phone(card.contact_phone)
    more = len(candidate.places) - 1
    return PatientCard(
        national_id=candidate.national_id,
        anchor=f"fiche-{candidate.national_id.replace('/', '-')}",
        title=shown_name(candidate),
        trade=", ".join(candidate.specialties) or candidate.profession_label,
        distance=distance(place.distance_km) if place else "",
        sector=f"Secteur {candidate.convention_sector}" if candidate.convention_sector else "",
        address=address(place) if place else "Adresse inconnue",
        other_places=several(more, "autre lieu", "autres lieux") if more > 0 else "",
        phone=number,
        phone_href=href(number),
        zone_line=zone_line(card.time_zone, now) if card.time_zone != "Europe/Paris" else "",
        offers=offers(card, search_id=search_id, now=now),
    )


def offers(card: Card, *, search_id: UUID, now: datetime) -> Offers:
    refs = references(card)
    number = phone(card.contact_phone)
    today = now.astimezone(ZoneInfo(card.time_zone)).date()
    begin = beginning(search_id)
    days = tuple(day_offers(day, today, [offer(one, card=card, refs=refs, begin=begin) for one in day.slots])
                 for day in card.days if day.slots)  # fmt: skip
    used = {one.ref for day in days for one in (*day.first, *day.others)}
    return Offers(
        state=card.state,
        days=days,
        message=message(card),
        note=note(card),
        other_places=tuple((ref, where) for where, ref in refs.items() if ref in used),
        call=number,
        call_href=href(number),
    )


def day_offers(day: Day, today: date, every: Sequence[Offer]) -> DayOffers:
    # A single one more costs no more room than the words that hide it
    shown = len(every) if len(every) == FIRST_OFFERS + 1 else FIRST_OFFERS
    return DayOffers(
        name=day_words(day.date, today),
        full=long_day(day.date),
        first=tuple(every[:shown]),
        others=tuple(every[shown:]),
        others_label=several(len(every) - shown, "autre heure", "autres heures"),
    )


def day_words(day: date, today: date) -> str:
    """ "Demain, mercredi 3 mars"; further days need no word before."""
    named, short = column_day(day, today)
    return f"{named}, {long_day(day)}" if short else long_day(day).capitalize()


def offer(visible: VisibleSlot, *, card: Card, refs: Mapping[str, str], begin: str) -> Offer:
    slot = visible.slot
    start = slot.start.astimezone(ZoneInfo(visible.time_zone))
    walk_in = slot.appointment_type is AppointmentType.WALKIN
    online = (bool(slot.booking_url) or slot.own) and not walk_in
    mark = "sans rendez-vous" if walk_in else ("" if online else "par téléphone")
    verb = "Prendre rendez-vous" if online else mark.capitalize()
    by_video = slot.consultation == (Consultation.TELE,)
    ref = "" if by_video else refs.get(other_place(visible), "")
    details = [
        " ou ".join(WAYS[kind][1] for kind in slot.consultation),
        "heure à vérifier auprès du cabinet" if slot.time_to_check else "",
        f"avec {spoken_name(card.candidate)}",
        slot_address(slot) if ref else slot.place.city,
    ]
    ways = [WAYS[kind][0] for kind in slot.consultation]
    return Offer(
        hour=clock(start),
        way=", ".join(filter(None, [*ways, mark, "heure à vérifier" if slot.time_to_check else ""])),
        ref=ref,
        url=f"{begin}&{urlencode({'creneau': slot.key})}" if online else "",
        words=", ".join([f"{verb} {long_day(start.date())} à {clock(start)}", *filter(None, details)]),
    )


def beginning(search_id: UUID) -> str:
    """Where taking a rendez-vous of this search begins."""
    return f"{reverse('booking:patient:start')}?{urlencode({'recherche': search_id})}"


def message(card: Card) -> str:
    """One sentence where there is nothing to take; a silence never reads as "none"."""
    match card.state:
        case "waiting":
            return "Nous cherchons ses rendez-vous…"
        case "none":
            return none_message(card)
        case "unknown":
            return unknown_message(tuple(dict.fromkeys((*card.failed, *card.waiting))))
        case _:
            return ""


def none_message(card: Card) -> str:
    if card.absent:
        return "Absent ces trois jours."
    if not card.candidate.accepts_editor_slots:
        return "Ses rendez-vous ne se prennent pas sur ce site."
    if any(hidden.reason in OWN_FILTERS for hidden in card.hidden):
        return "Pas de rendez-vous en ligne avec vos filtres."
    return "Pas de rendez-vous en ligne ces trois jours."


def unknown_message(silent: tuple[str, ...]) -> str:
    if not silent:
        return "Nous ne connaissons pas ses rendez-vous."
    verb = "ne répond pas" if len(silent) == 1 else "ne répondent pas"
    return f"{listed(silent)} {verb} : nous ne savons pas s’il reste des rendez-vous."


def note(card: Card) -> str:
    """What may still be missing beside what is shown."""
    if card.state != "slots":
        return ""
    if card.waiting:
        return "D’autres heures peuvent encore arriver."
    return f"Il en existe peut-être d’autres : {listed(card.failed)} ne répond pas bien." if card.failed else ""
