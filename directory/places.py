"""Where? Turn what a person types (town, postcode, department, address) into a point and a reach."""

from dataclasses import dataclass, field
from typing import Literal

from directory.models import Specialty
from directory.suggestions import Suggestion


@dataclass(frozen=True, kw_only=True)
class Near:
    """A place understood: degrees WGS84, radius in km (ignored for a department search)."""

    label: str
    lat: float
    lon: float
    radius_km: int
    department: str
    kind: Literal["address", "town", "department"]
    time_zone: str


@dataclass
class PlaceUnknown(Exception):
    """No place of that name; `suggestions` are the nearest spellings."""

    text: str
    suggestions: list[str] = field(default_factory=list)


def locate(where: str, *, radius_km: int | None = None, specialty: Specialty | None = None) -> Near:
    raise NotImplementedError


def suggest_places(text: str, limit: int = 8) -> list[Suggestion]:
    raise NotImplementedError
