"""A search as plain data, the same for the shell and the REST API."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agenda.association_cards import AssociationCard, PlaceCard
from agenda.booking_urls import with_origin
from agenda.progress import Card, EditorProgress, Progress
from agenda.slots import AppointmentType
from agenda.visibility import Hidden, Viewer, VisibleSlot
from directory.found import StructureCard
from directory.models import StructureCategory

Json = dict[str, Any]


def as_json(progress: Progress) -> Json:
    """Everything this viewer may see of a search, now."""
    search = progress.search
    near = search.near
    return {
        "what": search.what,
        "near": {"label": near.label, "lat": near.lat, "lon": near.lon, "radius_km": search.found.radius_km},
        "editors": [editor_json(editor) for editor in progress.editors],
        "cards": [card_json(card, search.viewer) for card in progress.cards],
        "associations": [association_json(card, search.viewer) for card in progress.associations],
        "structures": [
            structure_json(one) for one in search.found.structures if one.category == StructureCategory.CPTS
        ],
    }


def editor_json(editor: EditorProgress) -> Json:
    return {
        "editor": editor.name,
        "outcome": editor.outcome.value if editor.outcome else "",
        "duration_ms": editor.duration_ms,
        "slots": editor.slots,
        "rejects": dict(editor.rejects),
    }


def card_json(card: Card, viewer: Viewer) -> Json:
    candidate = card.candidate
    place = candidate.places[0] if candidate.places else None
    declared = candidate.participation
    return {
        "national_id": candidate.national_id,
        "name": candidate.name,
        "profession": candidate.profession_label,
        "distance_km": place.distance_km if place else None,
        "participation": {
            "via": declared.via if declared else "none",
            "finess": declared.structure if declared else "",
        },
        "place": {
            "line": place.line if place else "",
            "postal_code": place.postal_code if place else "",
            "city": place.city if place else "",
        },
        "phone": card.contact_phone,
        "state": card.state,
        "slots": [slot_json(one, viewer) for one in card.slots],
        "hidden": [hidden_json(one, card) for one in card.hidden],
    }


def association_json(card: AssociationCard, viewer: Viewer) -> Json:
    """An SOS Médecins association; only its consultation places with slots are listed."""
    return {
        "siret": card.association.siret,
        "name": card.association.name,
        "phone": card.association.phone,
        "state": card.state,
        "places": [place_json(place, viewer) for place in card.places],
        "hidden": [hidden_json(one, card) for one in card.hidden],
    }


def place_json(card: PlaceCard, viewer: Viewer) -> Json:
    return {
        "name": card.place.name,
        "distance_km": card.known.distance_km if card.known else None,
        "place": {"line": card.place.line, "postal_code": card.place.postal_code, "city": card.place.city},
        "phone": card.place.phone or (card.known.phone if card.known else ""),
        "opening_hours": [{"day": day, "opens": opens, "closes": closes} for day, opens, closes in card.place.hours],
        "slots": [slot_json(one, viewer) for one in card.slots],
    }


def slot_json(visible: VisibleSlot, viewer: Viewer) -> Json:
    slot = visible.slot
    url = with_origin(slot.booking_url) if slot.booking_url and viewer is Viewer.REGULATOR else slot.booking_url
    return {
        "start": _local(slot.start, visible.time_zone),
        "end": _local(slot.end, visible.time_zone),
        "types": [kind.value for kind in slot.types],
        "consultation": [kind.value for kind in slot.consultation],
        "reasons": list(slot.reasons),
        "cpts": [visible.cpts_mark.finess] if visible.cpts_mark else [],
        "bookable": bool(url) and slot.appointment_type is not AppointmentType.WALKIN,
        "booking_url": url,
    }


def hidden_json(hidden: Hidden, card: Card | AssociationCard) -> Json:
    return {"start": _local(hidden.slot.start, card.time_zone), "reason": hidden.reason.value}


def structure_json(structure: StructureCard) -> Json:
    return {
        "finess": structure.finess,
        "name": structure.name,
        "phone": structure.phone,
        "members": structure.members,
    }


def _local(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).isoformat()
