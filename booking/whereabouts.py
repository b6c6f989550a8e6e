"""Where the patient comes from, where he goes and whom he calls, as an orientation keeps it."""

from typing import Any

from agenda.places import consultation_place
from agenda.progress import contact
from agenda.searches import Search
from agenda.slots import Slot
from directory.found import Association, Candidate, CandidatePlace, StructureCard
from directory.zones import zone_of_postal_code
from sasportal.phones import french_phone
from sasportal.wording import title


def of_search(search: Search) -> dict[str, Any]:
    return {"contextual_origin": search.origin[:60], "reorientation": search.filters.mode == "reorientation"}


def of_choice(search: Search, slot: Slot) -> dict[str, Any]:
    """Who receives in this slot of an editor, and where."""
    association = next((one for one in search.found.associations if one.structure_id == slot.national_id), None)
    if association is not None:
        return of_association(association) | of_consultation(association, slot)
    candidate = next(one for one in search.found.candidates if one.national_id == slot.national_id)
    return of_practitioner(candidate) | of_slot(candidate, slot)


def of_association(association: Association) -> dict[str, Any]:
    return {"structure": association.siret, "practitioner_name": association.name[:210]}


def of_consultation(association: Association, slot: Slot) -> dict[str, Any]:
    """The consultation place as its editor wrote it, completed by what the directory knows of the association."""
    place = slot.place
    known = consultation_place(place, association.places)
    line = ", ".join(filter(None, [place.name, place.line]))
    phone = place.phone or (known.phone if known else "") or association.phone
    nearest = known or next(iter(association.places), None)
    return _columns(line, place.postal_code, place.city, phone) | {"department": nearest.department if nearest else ""}


def of_slot(candidate: Candidate, slot: Slot) -> dict[str, Any]:
    """The slot's own word first (an editor's, or the own agenda's), then the directory's."""
    place = slot.place
    known = _same_town(candidate, slot)
    phone = place.phone or (known.phone if known else "") or contact(candidate)[1]
    return _columns(place.line, place.postal_code, place.city, phone) | {
        "department": known.department if known else "",
    }


def of_place(candidate: Candidate, place: CandidatePlace) -> dict[str, Any]:
    phone = place.phone or contact(candidate)[1]
    return _columns(place.line, place.postal_code, place.city, phone) | {"department": place.department}


def of_structure(structure: StructureCard | Association) -> dict[str, Any]:
    return _columns(structure.line, structure.postal_code, structure.city, structure.phone)


def of_practitioner(candidate: Candidate) -> dict[str, Any]:
    name = f"{title(candidate.civility)[0]} {candidate.name}".strip()
    return {"practitioner": candidate.national_id, "practitioner_name": name[:210]}


def _columns(line: str, postal_code: str, city: str, phone: str) -> dict[str, Any]:
    return {
        "place": f"{line}, {postal_code} {city}".strip(" ,")[:320],
        "phone": (french_phone(phone) or phone)[:20],
        "time_zone": zone_of_postal_code(postal_code),
    }


def _same_town(candidate: Candidate, slot: Slot) -> CandidatePlace | None:
    towns = (one for one in candidate.places if one.postal_code == slot.place.postal_code)
    return next(towns, candidate.places[0] if candidate.places else None)
