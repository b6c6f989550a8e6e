"""Who can receive this patient near this place? The one question the regulator's page asks first."""

from collections.abc import Sequence

from directory.found import Candidate, CandidatePlace, DeclaredParticipation, Found, StructureCard
from directory.needs import Need
from directory.places import Near

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


def search(
    need: Need, near: Near, *, seed: int = 0, own_doctor: str = "", limit: int = 200, order: str = "default"
) -> Found:
    raise NotImplementedError


def members(finess: str, *, near: Near | None = None) -> tuple[Candidate, ...]:
    raise NotImplementedError


def structure_card(finess: str, *, near: Near | None = None) -> StructureCard | None:
    raise NotImplementedError


def candidates(national_ids: Sequence[str], *, near: Near | None = None) -> tuple[Candidate, ...]:
    raise NotImplementedError
