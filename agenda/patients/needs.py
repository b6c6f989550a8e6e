"""What may a patient look for? Specialties, professionals, health centres and houses; nothing of the SAS's own."""

from itertools import islice

from directory.models import Structure, StructureCategory
from directory.needs import (
    SHORTEST_TEXT,
    STRUCTURE_TYPES,
    Need,
    NeedUnknown,
    suggest_people,
    suggest_specialties,
    suggest_structures,
    understand,
)
from directory.suggestions import Suggestion
from sasportal.spelling import plain

OPEN_TO_PATIENTS = (StructureCategory.MSP.value, StructureCategory.CDS.value)
# Words of the regulators' side, never offered
CLOSED_TO_PATIENTS = frozenset(
    word
    for category, (label, names) in STRUCTURE_TYPES.items()
    if category.value not in OPEN_TO_PATIENTS
    for word in (label, *names)
)
MOST_SUGGESTIONS = 8


def understand_patient(what: str) -> Need:
    """Understand `what` as `directory.needs` does; structures that serve regulators are unknown here."""
    try:
        need = understand(what)
    except NeedUnknown as unknown:
        offered = [one for one in unknown.suggestions if one not in CLOSED_TO_PATIENTS]
        raise NeedUnknown(what, offered) from None
    if need.kind == "structure" and category_of(need) not in OPEN_TO_PATIENTS:
        raise NeedUnknown(what)
    return need


def category_of(need: Need) -> str:
    """The category a structure need names, or that of the one structure it names."""
    if len(need.value) <= 4:
        return need.value
    column = "finess" if need.value[0] == "1" else "siret"
    known = Structure.objects.filter(**{column: need.value[1:]}, closed_at=None).values_list("category", flat=True)
    return known.first() or ""


def suggest(text: str) -> list[Suggestion]:
    name = plain(text)
    if len(name) < SHORTEST_TEXT:
        return []
    found = [
        *suggest_specialties(name, MOST_SUGGESTIONS),
        *suggest_structures(name, MOST_SUGGESTIONS, categories=OPEN_TO_PATIENTS),
        *suggest_people(name, MOST_SUGGESTIONS),
    ]
    return list(islice(found, MOST_SUGGESTIONS))
