"""The words of one SOS association's card and of its consultation places: what the templates print, without HTML."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agenda.association_cards import AssociationCard, PlaceCard
from agenda.cards_view import OWN_FILTERS, DayView, coordinate, day_view, href, note, unknown_message
from directory.found import Association
from sasportal.wording import distance, listed, opening, phone, several, zone_line

KIND = "SOS Médecins"
CONTACT = "Téléphone de l’association"


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """One consultation place; `stranger` says who named it when the directory does not know it."""

    name: str
    address: str
    distance: str
    phone: str
    phone_href: str
    opening: str
    time_zone: str
    zone_line: str
    stranger: str
    days: tuple[DayView, ...]


@dataclass(frozen=True, kw_only=True)
class PlacesView:
    """The part of an association's card that changes while editors answer."""

    national_id: str
    who: str
    state: str
    places: tuple[PlaceView, ...]
    without_slots: str
    message: str
    note: str
    call: str
    call_href: str
    on_top: bool


@dataclass(frozen=True, kw_only=True)
class AssociationView:
    national_id: str
    anchor: str
    kind: str
    name: str
    members: str
    places: str
    distance: str
    phone: str
    phone_href: str
    lat: str
    lon: str
    slots: PlacesView


def association_view(card: AssociationCard, *, now: datetime, on_top: bool = False) -> AssociationView:
    one = card.association
    nearest = one.places[0] if one.places else None
    number = phone(one.phone)
    return AssociationView(
        national_id=one.structure_id,
        anchor=f"association-{one.siret}",
        kind="" if one.name.casefold().startswith(KIND.casefold()) else KIND,
        name=one.name,
        members=several(one.members, "médecin participe", "médecins participent") if one.members else "",
        places=several(len(one.places), "lieu de consultation", "lieux de consultation") if one.places else "",
        distance=distance(nearest.distance_km) if nearest else "",
        phone=number,
        phone_href=href(number),
        lat=coordinate(nearest.lat if nearest else None),
        lon=coordinate(nearest.lon if nearest else None),
        slots=places_view(card, now=now, on_top=on_top),
    )


def places_view(card: AssociationCard, *, now: datetime, on_top: bool = False) -> PlacesView:
    one = card.association
    number = phone(one.phone)
    return PlacesView(
        national_id=one.structure_id,
        who=spoken_name(one),
        state=card.state,
        places=tuple(place_view(place, one, now=now) for place in card.places),
        without_slots=without_slots(card),
        message=message(card),
        note=note(card),
        call=number,
        call_href=href(number),
        on_top=on_top,
    )


def place_view(card: PlaceCard, association: Association, *, now: datetime) -> PlaceView:
    zone = ZoneInfo(card.time_zone)
    here, name = now.astimezone(zone), place_name(card)
    number = phone(card.place.phone or (card.known.phone if card.known else "") or association.phone)
    hours: dict[str, list[list[str]]] = {}
    for day, opens, closes in card.place.hours:
        hours.setdefault(day, []).append([opens, closes])
    who = f"{spoken_name(association)}, {name}"
    return PlaceView(
        name=name,
        address=", ".join(filter(None, [card.place.line, f"{card.place.postal_code} {card.place.city}".strip()])),
        distance=distance(card.known.distance_km) if card.known else "",
        phone=number,
        phone_href=href(number),
        opening=opening(hours, here),
        time_zone=card.time_zone,
        zone_line=zone_line(card.time_zone, now),
        stranger="" if card.known else f"lieu indiqué par {card.editor_name}, absent de l’annuaire",
        days=tuple(day_view(day, today=here.date(), who=who, refs={}) for day in card.days),
    )


def place_name(card: PlaceCard) -> str:
    return card.place.name or (card.known.name if card.known else "") or card.place.city or "Lieu de consultation"


def without_slots(card: AssociationCard) -> str:
    """Name the places that have nothing, once every editor said so."""
    if card.state != "slots" or card.waiting or card.failed or not card.without_slots:
        return ""
    names = listed([one.name for one in card.without_slots])
    return f"Aucun créneau{' avec vos filtres' if filtered(card) else ''} : {names}."


def message(card: AssociationCard) -> str:
    """One sentence for an association without slots to show; it never takes a silence for a "no"."""
    match card.state:
        case "waiting":
            return f"Réponse attendue : {listed(card.waiting)}."
        case "none" if count := filtered(card):
            return f"Aucun créneau avec vos filtres ({several(count, 'écarté', 'écartés')})."
        case "none":
            return "A répondu : aucun créneau sur ces trois jours."
        case "unknown":
            return unknown_message(tuple(dict.fromkeys((*card.failed, *card.waiting))))
        case _:
            return ""


def filtered(card: AssociationCard) -> int:
    return sum(1 for hidden in card.hidden if hidden.reason in OWN_FILTERS)


def spoken_name(association: Association) -> str:
    named = association.name.casefold().startswith(KIND.casefold())
    return association.name if named else f"{KIND} {association.name}"
