"""True answers made wrong anywhere: what the fuzzing of every flow starts from."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

# What has already hurt somebody: forms Python takes and FHIR does not, texts that are code, numbers past every width
NASTY = st.sampled_from(
    [None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", " ", "\0", "\ud800", "x" * 5000, "<script>",
     "\u202e\u2066", "#place", "#", "Practitioner/", "Practitioner/p-899700000001", "Schedule/s-899700000002",
     "Schedule/s-1", "urn:uuid:0", "../..", "https://evil.example\\@alpha.example/", "javascript:alert(1)",
     "https://alpha.example:444/", "free", "busy", "2026-06-15", "2026-06-15T10:00:00", "2026-06-15T10:00:00Z",
     "2026-06-15T24:00:00+02:00", "2026-06-15T10:00:00+99:99", "9999-12-31T23:59:59-14:00",
     "0001-01-01T00:00:00+14:00", "2026-06-15T10:00:00.000+02:00", "2026-W25-1T10:00:00Z", "Slot", "Patient", "Bundle",
     [], {}, [[]], {"reference": None}, {"resourceType": "Slot"}]
)  # fmt: skip
ANYTHING = st.recursive(
    NASTY | st.booleans() | st.text(max_size=20) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places_in(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every element."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([at] if at else []), *(path for step, inner in steps for path in places_in(inner, (*at, step)))]


@st.composite
def mutated(draw: st.DrawFn, answer: dict[str, Any]) -> dict[str, Any]:
    """`answer` with up to four places replaced, removed, wrapped, repeated or filled from elsewhere in it."""
    whole, where = deepcopy(answer), places_in(answer)
    for path in draw(st.lists(st.sampled_from(where), max_size=4)):
        try:
            inside = holder(whole, path)
            match draw(st.sampled_from(["replace", "remove", "wrap", "repeat", "graft"])):
                case "replace":
                    inside[path[-1]] = draw(ANYTHING)
                case "remove":
                    del inside[path[-1]]
                case "wrap":
                    inside[path[-1]] = [inside[path[-1]]]
                case "repeat" if isinstance(inside, list):
                    inside.append(deepcopy(inside[path[-1]]))
                case "repeat":
                    inside[path[-1]] = [deepcopy(inside[path[-1]])] * draw(st.integers(2, 4))
                case _:
                    other = draw(st.sampled_from(where))
                    inside[path[-1]] = deepcopy(holder(whole, other)[other[-1]])
        except (KeyError, IndexError, TypeError):
            continue  # a change before this one took the place away
    return whole


def holder(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value
