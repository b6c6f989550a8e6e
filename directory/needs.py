"""What? Turn what a person types (specialty, synonym, name, identifier, structure) into a need."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from django.db.models import Q, QuerySet

from directory.models import Practitioner, Specialty, Structure, StructureCategory
from directory.professions import GENERAL_MEDICINE, profession_label
from directory.suggestions import Suggestion
from sasportal.spelling import plain

SHORTEST_TEXT = 3
PROFESSIONS_GROUP = "Professions et spécialités"
STRUCTURES_GROUP = "Structures"
PEOPLE_GROUP = "Professionnels"

STRUCTURE_TYPES = {
    StructureCategory.CPTS: ("CPTS", ("cpts", "communaute professionnelle territoriale de sante")),
    StructureCategory.MSP: ("Maison de santé", ("msp", "maison de sante", "maison de sante pluriprofessionnelle")),
    StructureCategory.CDS: ("Centre de santé", ("cds", "centre de sante")),
    StructureCategory.SOS: ("SOS Médecins", ("sos", "sos medecins", "sos medecin")),
}
CITY_STRUCTURES = tuple(category.value for category in STRUCTURE_TYPES)

_STRUCTURE_ID = re.compile(r"\((\d[\dABab]\d{7}|\d{14})\)\s*$")
_FINESS = re.compile(r"^\d[\dABab]\d{7}$")


@dataclass(frozen=True, kw_only=True)
class Need:
    """A need understood. `value` is, by kind: a specialty's slug; a name spelled for searching; a structure
    category ("604") or a prefixed identifier ("1" FINESS, "3" SIRET); a practitioner's prefixed identifier."""

    kind: Literal["specialty", "name", "structure", "identifier"]
    label: str
    value: str
    specialty: Specialty | None = None


@dataclass
class NeedUnknown(Exception):
    """Nothing of that name; `suggestions` are the nearest spellings."""

    text: str
    suggestions: list[str] = field(default_factory=list)


def understand(what: str) -> Need:
    """Understand `what`; raises NeedUnknown with the nearest spellings."""
    text = " ".join(what.split())
    name = plain(text)
    need = identifier(text) or structure_type(name) or specialty_need(name) or structure_named(name) or person(name)
    if need is None:
        raise NeedUnknown(what, close_needs(name))
    return need


def identifier(text: str) -> Need | None:
    """RPPS (11 digits, 12 prefixed), ADELI prefixed (10), FINESS (9), SIRET (14), prefixed FINESS or SIRET."""
    listed = _STRUCTURE_ID.search(text)
    code = listed[1].upper() if listed else text.replace(" ", "").upper()
    if _FINESS.match(code):
        return structure_identifier("1" + code) or adeli(code) or unknown_structure(code)
    if not code.isdecimal():
        return None
    match len(code):
        case 11:
            return practitioner_identifier("8" + code)
        case 12 if code[0] == "8":
            return practitioner_identifier(code)
        case 10:
            return practitioner_identifier(code) if code[0] == "0" else structure_identifier(code)
        case 14:
            return structure_identifier("3" + code) or unknown_structure(code)
        case _:
            return None


def practitioner_identifier(national_id: str) -> Need:
    known = Practitioner.objects.filter(national_id=national_id, closed_at=None).first()
    return Need(kind="identifier", label=str(known) if known else national_id, value=national_id)


def adeli(code: str) -> Need | None:
    known = Practitioner.objects.filter(national_id="0" + code, closed_at=None).first()
    return Need(kind="identifier", label=str(known), value=known.national_id) if known else None


def structure_identifier(prefixed: str) -> Need | None:
    column = "finess" if prefixed[0] == "1" else "siret"
    known = Structure.objects.filter(**{column: prefixed[1:]}, closed_at=None).first()
    return Need(kind="structure", label=known.name, value=prefixed) if known else None


def unknown_structure(code: str) -> Need:
    return Need(kind="structure", label=code, value=("1" if len(code) == 9 else "3") + code)


def structure_type(name: str) -> Need | None:
    for category, (label, names) in STRUCTURE_TYPES.items():
        if name in names or singular(name) in {singular(spelling) for spelling in names}:
            return Need(kind="structure", label=label, value=category.value)
    return None


def specialty_need(name: str) -> Need | None:
    """By label, slug or synonym; a plural or a clear beginning will do."""
    known = list(Specialty.objects.all())
    for wanted in (name, singular(name)):
        for specialty in known:
            if wanted in spelled(specialty):
                return specialised(specialty)
    if len(name) < SHORTEST_TEXT:
        return None
    begun = [specialty for specialty in known if any(spelling.startswith(name) for spelling in spelled(specialty))]
    return specialised(begun[0]) if len(begun) == 1 else None


def spelled(specialty: Specialty) -> set[str]:
    names = {specialty.search_name, plain(specialty.slug), *specialty.synonyms}
    return names | {singular(name) for name in names}


def singular(name: str) -> str:
    return " ".join(word.removesuffix("s") for word in name.split())


def specialised(specialty: Specialty) -> Need:
    return Need(kind="specialty", label=specialty.label, value=specialty.slug, specialty=specialty)


def structure_named(name: str) -> Need | None:
    known = structures_called(name).first() if len(name) >= SHORTEST_TEXT else None
    if known is None:
        return None
    return Need(kind="structure", label=known.name, value=prefixed_id(known))


def structures_called(name: str) -> QuerySet[Structure]:
    return Structure.objects.filter(search_name=name, category__in=CITY_STRUCTURES, closed_at=None).order_by("pk")


def prefixed_id(structure: Structure) -> str:
    return f"1{structure.finess}" if structure.finess else f"3{structure.siret}"


def person(name: str) -> Need | None:
    if len(name) < SHORTEST_TEXT:
        return None
    known = people_called(name).first()
    return Need(kind="name", label=name.title(), value=name) if known else None


def people_called(name: str) -> QuerySet[Practitioner]:
    return Practitioner.objects.filter(closed_at=None).filter(
        Q(search_name__startswith=name) | Q(search_name_given_first__startswith=name)
    )


def close_needs(name: str) -> list[str]:
    known = {spelling: s.label for s in Specialty.objects.all() for spelling in spelled(s)}
    known |= {spelling: label for label, names in STRUCTURE_TYPES.values() for spelling in names}
    return list(dict.fromkeys(known[match] for match in get_close_matches(name, known, n=5, cutoff=0.6)))


def suggest_needs(text: str, limit: int = 8) -> list[Suggestion]:
    """What `text` may become, from 3 characters: specialties, then structures, then people."""
    name = plain(text)
    if len(name) < SHORTEST_TEXT:
        return []
    found: list[Suggestion] = []
    for suggestions in (suggest_specialties, suggest_structure_types, suggest_structures, suggest_people):
        for suggestion in suggestions(name, limit - len(found)):
            found.append(suggestion)
            if len(found) == limit:
                return found
    return found


def suggest_specialties(name: str, limit: int) -> Iterator[Suggestion]:
    """General medicine first, then labels that start so, then those a synonym or an inner word leads to."""
    ranked = []
    for specialty in Specialty.objects.all():
        spellings = [specialty.search_name, *specialty.synonyms]
        if any(spelling.startswith(name) or f" {name}" in spelling for spelling in spellings):
            rare = not set(specialty.codes) & set(GENERAL_MEDICINE)
            ranked.append((rare, not specialty.search_name.startswith(name), name not in spellings, specialty.label))
    for *_, label in sorted(ranked):
        yield Suggestion(group=PROFESSIONS_GROUP, label=label, value=label)


def suggest_structure_types(name: str, limit: int) -> Iterator[Suggestion]:
    for label, names in STRUCTURE_TYPES.values():
        if any(spelling.startswith(name) for spelling in names):
            yield Suggestion(group=STRUCTURES_GROUP, label=label, value=label)


def suggest_structures(name: str, limit: int, *, categories: Sequence[str] = CITY_STRUCTURES) -> Iterator[Suggestion]:
    """CPTS and SOS associations by any word of their name; the others by its beginning."""
    few = Q(category__in=[StructureCategory.CPTS, StructureCategory.SOS], search_name__contains=name)
    many = Q(search_name__startswith=name)
    known = Structure.objects.filter(few | many, category__in=categories, closed_at=None)
    for structure in known.order_by("search_name", "pk")[:limit]:
        label = f"{structure.name}, {structure.city.title()}" if structure.city else structure.name
        value = f"{structure.name} ({structure.finess or structure.siret})"
        yield Suggestion(group=STRUCTURES_GROUP, label=label, value=value)


def suggest_people(name: str, limit: int) -> Iterator[Suggestion]:
    """By family name first, then by given name first; each read in the order of its own index."""
    seen: set[str] = set()
    for column in ("search_name", "search_name_given_first"):
        people = Practitioner.objects.filter(closed_at=None, **{f"{column}__startswith": name}).order_by(column)
        for practitioner in people[:limit]:
            value = str(practitioner)
            if value in seen:
                continue
            seen.add(value)
            label = f"{value}, {profession_label(practitioner.profession).lower()}"
            yield Suggestion(group=PEOPLE_GROUP, label=label, value=value)
