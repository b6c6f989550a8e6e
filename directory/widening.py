"""How much wider must a search be, when too few practitioners are within reach?"""

from collections.abc import Iterable

from directory.found import Candidate

STEPS_KM = (10, 15, 20, 25, 30, 40, 50, 75, 100)
WIDEST_KM = STEPS_KM[-1]


def smallest_radius(candidates: Iterable[Candidate], radius_km: int, enough: int) -> int:
    """The first step (km) beyond `radius_km` that holds enough practitioners, else the widest."""
    distances = sorted(away(candidate) for candidate in candidates)
    needed = distances[enough - 1] if len(distances) >= enough else WIDEST_KM
    return next((step for step in STEPS_KM if step > radius_km and step >= needed), WIDEST_KM)


def away(candidate: Candidate) -> float:
    """Distance to the nearest place (km); the widest reach when no place is located."""
    return min((p.distance_km for p in candidate.places if p.distance_km is not None), default=float(WIDEST_KM))
