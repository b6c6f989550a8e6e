"""What? Turn what a person types (specialty, synonym, name, identifier, structure) into a need."""

from dataclasses import dataclass, field
from typing import Literal

from directory.models import Specialty
from directory.suggestions import Suggestion


@dataclass(frozen=True, kw_only=True)
class Need:
    """A need understood: `value` is a slug, a normalised name, a category or a prefixed identifier."""

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
    raise NotImplementedError


def suggest_needs(text: str, limit: int = 8) -> list[Suggestion]:
    raise NotImplementedError
