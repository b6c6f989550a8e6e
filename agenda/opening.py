"""From what a regulator typed to an open search: understand, locate, widen, ask."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from agenda.filters import Filters
from agenda.searches import Search, open_search
from agenda.visibility import Viewer, declared_cpts
from agenda.zones import zone_of_postal_code
from directory.found import Candidate, Found, StructureCard
from directory.needs import Need, NeedUnknown, understand
from directory.places import Near, PlaceUnknown, locate
from directory.search import members
from directory.search import search as search_directory

FEWEST = 5
STEPS_KM = (10, 15, 20, 25, 30, 40, 50, 75, 100)
WIDEST_KM = STEPS_KM[-1]


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
    found = find(need, near, seed=seed, own_doctor=said["medecin"], widen=said["rayon"] is None)
    found = msgspec.structs.replace(found, candidates=tuple(kept(found.candidates, filters)))
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


def understood(said: Mapping[str, Any]) -> tuple[Need, Near]:
    try:
        need = understand(said["quoi"])
    except NeedUnknown as unknown:
        raise WhatUnknown(unknown.suggestions) from None
    try:
        return need, locate(said["ou"], radius_km=said["rayon"], specialty=need.specialty)
    except PlaceUnknown as unknown:
        raise WhereUnknown(unknown.suggestions) from None


def filters_of(said: Mapping[str, Any]) -> Filters:
    return Filters(
        mode="on_top" if said["mode"] == "en_sus" else "slots",
        consultation=tuple(said["consultation"]),
        slot_types=tuple(said["type"]),
        within_hours=said["sous"],
        convention_sector=said["secteur"],
        cpts=said["cpts"],
    )


def find(need: Need, near: Near, *, seed: int, own_doctor: str, widen: bool) -> Found:
    """Search the directory; with too few practitioners, once more as far as it takes to find enough.

    `radius_km` of the answer is wider than that of `near` when the search had to be widened.
    """
    found = search_directory(need, near, seed=seed, own_doctor=own_doctor)
    enough = FEWEST if need.kind == "specialty" else 1
    if not widen or near.kind == "department" or len(found.candidates) + structures_sought(need, found) >= enough:
        return found
    wide_near = replace(near, radius_km=WIDEST_KM)
    wide = search_directory(need, wide_near, seed=seed, own_doctor=own_doctor, order="distance")
    radius = smallest_radius(wide.candidates, near.radius_km, enough)
    return Found(
        candidates=tuple(c for c in wide.candidates if c.own_doctor or away(c) <= radius),
        more=wide.more,
        structures=within(wide.structures, radius, found.structures),
        radius_km=radius,
    )


def structures_sought(need: Need, found: Found) -> int:
    return len(found.structures) if need.kind == "structure" else 0


def away(candidate: Candidate) -> float:
    return min((p.distance_km for p in candidate.places if p.distance_km is not None), default=float(WIDEST_KM))


def smallest_radius(candidates: Iterable[Candidate], radius_km: int, enough: int) -> int:
    """The first step beyond `radius_km` that holds enough practitioners, else the widest."""
    distances = sorted(away(candidate) for candidate in candidates)
    needed = distances[enough - 1] if len(distances) >= enough else WIDEST_KM
    return next((step for step in STEPS_KM if step > radius_km and step >= needed), WIDEST_KM)


def within(
    wide: Iterable[StructureCard], radius_km: int, before: tuple[StructureCard, ...]
) -> tuple[StructureCard, ...]:
    known = {(card.finess, card.siret) for card in before}
    further = (c for c in wide if (c.finess, c.siret) not in known)
    return before + tuple(c for c in further if c.distance_km is not None and c.distance_km <= radius_km)


def kept(candidates: Iterable[Candidate], filters: Filters) -> Iterable[Candidate]:
    """Leave out whom the regulator's filters exclude altogether (flows.md, display rule 6 for "en sus")."""
    for candidate in candidates:
        if filters.mode == "on_top" and not (candidate.participation and candidate.accepts_on_top):
            continue
        if filters.convention_sector and candidate.convention_sector != filters.convention_sector:
            continue
        if filters.cpts and declared_cpts(candidate) != filters.cpts:
            continue
        yield candidate
