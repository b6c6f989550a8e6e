"""Reading parsed JSON whose form nobody vouches for: what is not of the expected kind is absent."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def obj(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Json]:
    """The objects of a list; what is no list of objects is empty."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def at(value: Any, *names: str) -> Any:
    """The value down this path, through the first element of each list on the way; None where it ends."""
    for name in names:
        if isinstance(value, list):
            value = value[0] if value else None
        value = obj(value).get(name)
    return value


def codings(value: Any) -> Iterator[tuple[str, str]]:
    """System and code of each coding of a concept, or of a list of concepts."""
    for concept in [*items(value), *([value] if isinstance(value, dict) else [])]:
        for coding in items(concept.get("coding")):
            yield text(coding.get("system")), text(coding.get("code"))


def reference(value: Any) -> str:
    return text(obj(value).get("reference"))
