"""From what a regulator typed to an open search: understand, locate, widen, ask."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from agenda.filters import Filters
from agenda.forms import MODE_OF_WORD
from agenda.searches import Search, open_search
from agenda.visibility import Viewer, declared_cpts
from directory.found import Candidate, Found, StructureCard
from directory.needs import Need, NeedUnknown, understand
from directory.places import Near, PlaceUnknown, locate
from directory.search import members
from directory.search import search as search_directory
from directory.widening import WIDEST_KM
from directory.zones import zone_of_postal_code

# With fewer practitioners than this within reach, the search looks further by itself.
ENOUGH = {"specialty": 5, "name": 1}


@dataclass
class WhatUnknown(Exception):
    suggestions: list[str]


@dataclass
class WhereUnknown(Exception):
    suggestions: list[str]


def open_from(said: Mapping[str, Any], *, owner: str) -> Search:
    """Open the search a valid `SearchForm` describes; raise WhatUnknown or WhereUnknown."""
    need, near = understood(said)
    seed = secrets.randbelow(2**31)
    filters = filters_of(said)
    enough = ENOUGH.get(need.kind, 0) if said["rayon"] is None else 0
    found = search_directory(need, near, seed=seed, own_doctor=said["medecin"], enough=enough)
    found = msgspec.structs.replace(
        found,
        candidates=tuple(kept(found.candidates, filters)),
        # An association has no sector and shares with no CPTS
        associations=() if filters.convention_sector or filters.cpts else found.associations,
    )
    return open_search(
        owner=owner,
        viewer=Viewer.REGULATOR,
        what=said["quoi"],
        need=need,
        near=near,
        found=found,
        filters=filters,
        origin=said["origin"],
        seed=seed,
    )


def open_members(structure: StructureCard, *, owner: str) -> Search:
    """Open the search of everybody who takes part through this structure (flows.md, display rule 5)."""
    near = Near(
        label=structure.city,
        lat=structure.lat or 0.0,
        lon=structure.lon or 0.0,
        radius_km=WIDEST_KM,
        department="",
        kind="town",
        time_zone=zone_of_postal_code(structure.postal_code),
    )
    return open_search(
        owner=owner,
        viewer=Viewer.REGULATOR,
        what=structure.name,
        need=Need(kind="structure", label=structure.name, value=structure.finess),
        near=near,
        found=Found(candidates=members(structure.finess), structures=(structure,), radius_km=WIDEST_KM),
        filters=Filters(),
        seed=0,
    )


def understood(said: Mapping[str, Any], *, needs: Callable[[str], Need] = understand) -> tuple[Need, Near]:
    """Return what and where; raise WhatUnknown or WhereUnknown."""
    try:
        need = needs(said["quoi"])
    except NeedUnknown as unknown:
        raise WhatUnknown(unknown.suggestions) from None
    try:
        return need, locate(said["ou"], radius_km=said["rayon"], specialty=need.specialty)
    except PlaceUnknown as unknown:
        raise WhereUnknown(unknown.suggestions) from None


def filters_of(said: Mapping[str, Any]) -> Filters:
    return Filters(
        mode=MODE_OF_WORD[said["mode"]],
        consultation=tuple(said["consultation"]),
        slot_types=tuple(said["type"]),
        within_hours=said["sous"],
        convention_sector=said["secteur"],
        cpts=said["cpts"],
    )


def kept(candidates: Iterable[Candidate], filters: Filters) -> Iterable[Candidate]:
    """Leave out whom the regulator's filters exclude altogether (flows.md, display rule 6 for "en sus")."""
    for candidate in candidates:
        if filters.mode == "on_top" and not (candidate.participation and candidate.accepts_on_top):
            continue
        if filters.convention_sector and candidate.convention_sector != filters.convention_sector:
            continue
        if filters.cpts and filters.cpts not in declared_cpts(candidate):
            continue
        yield candidate
