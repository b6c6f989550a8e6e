"""Who can receive this patient near this place? The one question the regulator's page asks first."""

from dataclasses import replace

from django.utils import timezone

from directory.associations import associations_found
from directory.candidates import candidates
from directory.found import Candidate, CandidatePlace, DeclaredParticipation, Found, StructureCard
from directory.models import Participation, StructureCategory
from directory.needs import Need
from directory.participation.reading import in_force_at
from directory.places import Near
from directory.ranking import ranked
from directory.structures import CITY_CATEGORIES, structure_card, structures_near
from directory.widening import WIDEST_KM, away, smallest_radius

__all__ = [
    "Candidate",
    "CandidatePlace",
    "DeclaredParticipation",
    "Found",
    "StructureCard",
    "candidates",
    "members",
    "search",
    "structure_card",
]


LONGEST_PAGE = 200


def search(
    need: Need,
    near: Near,
    *,
    seed: int = 0,
    own_doctor: str = "",
    limit: int = LONGEST_PAGE,
    order: str = "default",
    enough: int = 0,
) -> Found:
    """Find who answers `need` near a place, in five queries, six when it has to look further.

    Order: the patient's own doctor, then SAS participants, then the others; within each by distance for an
    address (or order="distance"), in a fair pseudo-random order fixed by `seed` for a town or a department.
    With order="nearest" only the distance counts: a patient's list says nothing of who takes part.
    With fewer than `enough` practitioners the radius grows to the first step that holds as many; the
    `radius_km` of the answer says how far.
    """
    # One more than asked tells that there are others, without counting them.
    found = ranked(need, near, seed=seed, limit=limit + 1, order=order)
    if len(found) < enough and near.kind != "department":
        reach = "nearest" if order == "nearest" else "distance"
        return widened(need, near, own_doctor=own_doctor, limit=limit, enough=enough, order=reach)
    return Found(
        candidates=candidates(own_first(own_doctor, found[:limit]), near=near, own_doctor=own_doctor),
        more=len(found) > limit,
        structures=structures(need, near),
        associations=associations_found(need, near),
        radius_km=near.radius_km,
    )


def widened(need: Need, near: Near, *, own_doctor: str, limit: int, enough: int, order: str) -> Found:
    """The nearest practitioners as far as it takes to find enough, and the structures within that reach."""
    wide = replace(near, radius_km=WIDEST_KM)
    found = ranked(need, wide, seed=0, limit=limit + 1, order=order)
    people = candidates(own_first(own_doctor, found[:limit]), near=near, own_doctor=own_doctor)
    radius = smallest_radius(people, near.radius_km, enough)
    reach = replace(near, radius_km=radius)
    return Found(
        candidates=tuple(one for one in people if one.own_doctor or away(one) <= radius),
        more=len(found) > limit,
        structures=structures(need, reach),
        associations=associations_found(need, reach),
        radius_km=radius,
    )


def own_first(own_doctor: str, found: list[str]) -> list[str]:
    return [own_doctor, *(one for one in found if one != own_doctor)] if own_doctor else found


def structures(need: Need, near: Near) -> tuple[StructureCard, ...]:
    """Structures beside the practitioners; for a need that names one, or one category, just that."""
    if need.kind != "structure":
        return structures_near(near)
    if need.value in CITY_CATEGORIES:
        return structures_near(near, categories=[need.value])
    if need.value == StructureCategory.SOS or need.value.startswith("3"):
        return ()  # associations have cards of their own
    card = structure_card(need.value[1:], near=near)
    return (card,) if card else ()


def members(finess: str, *, near: Near | None = None) -> tuple[Candidate, ...]:
    """Everybody who takes part in the SAS through one structure (FINESS, or SIRET of an SOS association)."""
    through = Participation.objects.filter(in_force_at(timezone.now()), structure=finess).order_by("national_id")
    found = candidates(list(through.values_list("national_id", flat=True).distinct()), near=near)
    return tuple(sorted(found, key=nearest)) if near else found


def nearest(candidate: Candidate) -> tuple[bool, float, str]:
    distance = candidate.places[0].distance_km if candidate.places else None
    return distance is None, distance or 0.0, candidate.national_id
