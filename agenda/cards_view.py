"""The words of one card: what the templates print, worked out once, without HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from agenda.association_cards import AssociationCard
from agenda.days import Day
from agenda.places import same_place
from agenda.progress import Card
from agenda.slots import AppointmentType, Consultation, Slot, SlotPlace, SlotType
from agenda.visibility import HiddenReason, VisibleSlot
from directory.found import Candidate, CandidatePlace, DeclaredParticipation
from sasportal.wording import clock, column_day, distance, listed, long_day, phone, several, title, zone_line

FIRST_SLOTS = 3
LETTERS = {
    Consultation.SURGERY: ("C", "au cabinet"),
    Consultation.TELE: ("T", "en téléconsultation"),
    Consultation.HOME: ("D", "à domicile"),
}
MARKED_TYPES = {SlotType.PRO: "réservé aux professionnels", SlotType.SNP: "soins non programmés"}
OWN_FILTERS = frozenset(
    {
        HiddenReason.TOO_LATE,
        HiddenReason.OTHER_DAY,
        HiddenReason.OTHER_CONSULTATION,
        HiddenReason.OTHER_TYPE,
        HiddenReason.OTHER_SECTOR,
        HiddenReason.NOT_FROM_CPTS,
    }
)
ALONE = "à titre individuel"
THROUGH = {"cpts": "via la CPTS", "msp": "via la maison de santé", "sos": "via"}


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """`words` is the whole name of the slot, for those who do not see its marks."""

    key: str
    hour: str
    letters: str
    marks: tuple[str, ...]
    cpts: bool
    ref: str
    to_check: bool
    bookable: bool
    # Of the platform's own agenda: confirmed here, and how full a range is ("2/6")
    own: bool
    counter: str
    words: str


@dataclass(frozen=True, kw_only=True)
class DayView:
    name: str
    short: str
    full: str
    first: tuple[SlotView, ...]
    others: tuple[SlotView, ...]
    others_label: str


@dataclass(frozen=True, kw_only=True)
class SlotsView:
    """The right-hand side of a card: the only part that changes while editors answer."""

    national_id: str
    who: str
    state: str
    days: tuple[DayView, ...]
    message: str
    note: str
    other_places: tuple[tuple[str, str], ...]
    call: str
    call_href: str
    on_top: bool
    contact_label: str


@dataclass(frozen=True, kw_only=True)
class CardView:
    national_id: str
    anchor: str
    title: str
    own_doctor: bool
    trade: str
    distance: str
    sector: str
    participation: str
    declared: bool
    address: str
    other_places: str
    phone: str
    phone_href: str
    contact_label: str
    contact_phone: str
    contact_href: str
    information: str
    lat: str
    lon: str
    time_zone: str
    zone_line: str
    slots: SlotsView


def card_view(card: Card, *, now: datetime, on_top: bool = False) -> CardView:
    candidate = card.candidate
    place = candidate.places[0] if candidate.places else None
    own_phone = phone(place.phone) if place else ""
    contact = phone(card.contact_phone)
    return CardView(
        national_id=candidate.national_id,
        anchor=f"fiche-{candidate.national_id.replace('/', '-')}",
        title=shown_name(candidate),
        own_doctor=candidate.own_doctor,
        trade=", ".join(candidate.specialties) or candidate.profession_label,
        distance=distance(place.distance_km) if place else "",
        sector=f"Secteur {candidate.convention_sector}" if candidate.convention_sector else "",
        participation=participation_line(candidate),
        declared=candidate.participation is not None,
        address=address(place) if place else "Adresse inconnue",
        other_places=several(len(candidate.places) - 1, "autre lieu", "autres lieux")
        if len(candidate.places) > 1
        else "",
        phone=own_phone,
        phone_href=href(own_phone),
        contact_label=card.contact_label if contact and contact != own_phone else "",
        contact_phone=contact,
        contact_href=href(contact),
        information=candidate.additional_information,
        lat=coordinate(place.lat if place else None),
        lon=coordinate(place.lon if place else None),
        time_zone=card.time_zone,
        zone_line=zone_line(card.time_zone, now),
        slots=slots_view(card, now=now, on_top=on_top),
    )


def slots_view(card: Card, *, now: datetime, on_top: bool = False) -> SlotsView:
    today = now.astimezone(ZoneInfo(card.time_zone)).date()
    who = spoken_name(card.candidate)
    contact = phone(card.contact_phone)
    refs = references(card)
    return SlotsView(
        national_id=card.candidate.national_id,
        who=who,
        state=card.state,
        days=tuple(day_view(day, today=today, who=who, refs=refs) for day in card.days),
        message=message(card),
        note=note(card),
        other_places=tuple((ref, where) for where, ref in refs.items()),
        call=contact,
        call_href=href(contact),
        on_top=on_top,
        contact_label=card.contact_label,
    )


def references(card: Card) -> dict[str, str]:
    """A letter for each place other than the card's own, in order of first slot."""
    own = card.candidate.places[0] if card.candidate.places else None
    refs: dict[str, str] = {}
    for visible in card.slots:
        if own is None or not at_own_place(visible.slot.place, own):
            refs.setdefault(other_place(visible), "abcdefghij"[min(len(refs), 9)])
    return refs


@lru_cache(maxsize=4096)
def at_own_place(written: SlotPlace, own: CandidatePlace) -> bool:
    return same_place(written, own)


def other_place(visible: VisibleSlot) -> str:
    where = slot_address(visible.slot)
    return f"{where} (lieu indiqué par {visible.editor_name}, absent de l’annuaire)" if visible.elsewhere else where


def day_view(day: Day, *, today: date, who: str, refs: Mapping[str, str]) -> DayView:
    name, short = column_day(day.date, today)
    slots = tuple(slot_view(one, who=who, refs=refs) for one in day.slots)
    # A single slot more costs no more room than the words "1 autre créneau"
    shown = len(slots) if len(slots) == FIRST_SLOTS + 1 else FIRST_SLOTS
    others = slots[shown:]
    return DayView(
        name=name,
        short=short,
        full=long_day(day.date),
        first=slots[:shown],
        others=others,
        others_label=several(len(others), "autre", "autres"),
    )


def slot_view(visible: VisibleSlot, *, who: str, refs: Mapping[str, str]) -> SlotView:
    slot = visible.slot
    start = slot.start.astimezone(ZoneInfo(visible.time_zone))
    bookable = bool(slot.booking_url) or slot.own
    ref = refs.get(other_place(visible), "")
    where = slot_address(slot) if ref else slot.place.city
    verb = ("Orienter" if slot.own else "Réserver") if bookable else "À demander par téléphone :"
    return SlotView(
        key=slot.key,
        hour=clock(start),
        letters="".join(LETTERS[kind][0] for kind in slot.consultation),
        marks=tuple(kind.value for kind in slot.types if kind in MARKED_TYPES),
        cpts=visible.cpts_mark is not None,
        ref=ref,
        to_check=slot.time_to_check,
        bookable=bookable,
        own=slot.own,
        counter=f"{slot.taken}/{slot.capacity}" if slot.capacity > 1 else "",
        words=f"{verb} {long_day(start.date())} à {clock(start)}, {spoken_details(visible)}avec {who}, {where}",
    )


def spoken_details(visible: VisibleSlot) -> str:
    """Everything the marks of a slot mean, in words."""
    slot = visible.slot
    words = [" ou ".join(LETTERS[kind][1] for kind in slot.consultation)]
    words += [MARKED_TYPES[kind] for kind in slot.types if kind in MARKED_TYPES]
    if visible.cpts_mark:
        words.append(f"créneau de la CPTS {visible.cpts_mark.name.removeprefix('CPTS ')}".rstrip())
    if slot.appointment_type is AppointmentType.WALKIN:
        words.append("sans rendez-vous")
    if slot.time_to_check:
        words.append("heure à vérifier")
    if slot.capacity > 1:
        end = clock(slot.end.astimezone(ZoneInfo(visible.time_zone)))
        words.append(f"plage jusqu’à {end}, {slot.taken} sur {several(slot.capacity, 'patient', 'patients')}")
    return "".join(f"{word}, " for word in words if word)


def message(card: Card) -> str:
    """One sentence for a practitioner without slots to show; it never takes a silence for a "no"."""
    match card.state:
        case "waiting":
            return f"Réponse attendue : {listed(card.waiting)}."
        case "none":
            return none_message(card)
        case "unknown":
            return unknown_message(tuple(dict.fromkeys((*card.failed, *card.waiting))))
        case _:
            return ""


def unknown_message(silent: tuple[str, ...]) -> str:
    if not silent:
        return "Aucun logiciel de rendez-vous connu : créneaux inconnus."
    verb = "n’a" if len(silent) == 1 else "n’ont"
    return f"Créneaux inconnus : {listed(silent)} {verb} pas répondu correctement."


def none_message(card: Card) -> str:
    if card.absent:
        return "Absence déclarée sur toute la période."
    if card.candidate.without_software:
        return "Aucun créneau dans son agenda du portail sur ces trois jours."
    if not card.candidate.accepts_editor_slots:
        return "Ne montre pas les créneaux de son logiciel."
    filtered = sum(1 for hidden in card.hidden if hidden.reason in OWN_FILTERS)
    if filtered:
        return f"Aucun créneau avec vos filtres ({several(filtered, 'écarté', 'écartés')})."
    return "A répondu : aucun créneau sur ces trois jours."


def note(card: Card | AssociationCard) -> str:
    """What is still missing beside slots already shown."""
    if card.state != "slots":
        return ""
    if card.waiting:
        return f"attend {listed(card.waiting)}"
    return f"⚠ sans {listed(card.failed)}" if card.failed else ""


def participation_line(candidate: Candidate) -> str:
    """Say every way he takes part now, the one that speaks for the card first."""
    now = [one for one in candidate.participations if not one.upcoming]
    if not now:
        return "Ne participe pas au SAS"
    ways = tuple(dict.fromkeys(way_in_words(one) for one in now))
    return "Participe au SAS" if ways == (ALONE,) else f"Participe au SAS {listed(ways)}"


def way_in_words(declared: DeclaredParticipation) -> str:
    if declared.via not in THROUGH:
        return ALONE
    name = declared.structure_name.removeprefix("CPTS ") if declared.via == "cpts" else declared.structure_name
    return f"{THROUGH[declared.via]} {name}".rstrip()


def shown_name(candidate: Candidate) -> str:
    return f"{title(candidate.civility)[0]} {candidate.name}".strip()


def spoken_name(candidate: Candidate) -> str:
    return f"{title(candidate.civility)[1]} {candidate.name}".strip()


def address(place: CandidatePlace) -> str:
    return ", ".join(filter(None, [place.line, f"{place.postal_code} {place.city}".strip()]))


def slot_address(slot: Slot) -> str:
    return ", ".join(filter(None, [slot.place.line, f"{slot.place.postal_code} {slot.place.city}".strip()]))


def coordinate(degrees: float | None) -> str:
    """Digits with a point, whatever the language of the page."""
    return "" if degrees is None else f"{degrees:.5f}"


def href(number: str) -> str:
    digits = "".join(filter(str.isdigit, number))
    return f"tel:{digits}" if digits else ""


def by_first_slot(cards: Sequence[Card]) -> list[Card]:
    """Earliest slot first; those without keep their order behind."""
    return sorted(
        cards, key=lambda card: (not card.slots, min((s.slot.start.timestamp() for s in card.slots), default=0))
    )
