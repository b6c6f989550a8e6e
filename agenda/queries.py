"""The questions as flows.md writes them: INT_R01, INT_R04 with its two more includes, and SOS."""

from collections.abc import Iterable
from urllib.parse import quote

from agenda.identifiers import IDNPS, IDNST
from agenda.instants import write_instant
from agenda.models import Flow
from agenda.windows import Window

MOST_PRACTITIONERS = 25
MOST_ASSOCIATIONS = 10

_INCLUDES = ("_include=Slot:schedule", "_include:iterate=Schedule:actor")
_CPTS_INCLUDES = ("_include=Slot:service-type-reference", "_include:iterate=HealthcareService:organization")
_SOS_INCLUDES = (
    "_revinclude=Slot:schedule", "_include=Schedule:actor:Location", "_include:iterate=Location:organization",
)  # fmt: skip


def question_url(base_url: str, *, flow: Flow, national_ids: Iterable[str], window: Window, zone: str) -> str:
    """Write the address of one question; the `+` of offsets is encoded, and `|` is not allowed raw in a URI.

    `national_ids` are those of associations (prefixed SIRET) in the SOS flow, of practitioners in the others.
    """
    first, last = (_encoded(write_instant(instant, zone)) for instant in (window.start, window.end))
    base = base_url.rstrip("/")
    if flow == Flow.SOS:
        return f"{base}/Schedule?{'&'.join(_associations(national_ids, first, last))}"
    return f"{base}/Slot?{'&'.join(_practitioners(national_ids, first, last, shared=flow == Flow.R04))}"


def _practitioners(national_ids: Iterable[str], first: str, last: str, *, shared: bool) -> tuple[str, ...]:
    return (
        *_INCLUDES,
        f"start=ge{first}",
        f"start=le{last}",
        f"schedule.actor:Practitioner.identifier={_tokens(IDNPS, national_ids)}",
        "status=free",
        *(_CPTS_INCLUDES if shared else ()),
    )


def _associations(structure_ids: Iterable[str], first: str, last: str) -> tuple[str, ...]:
    return (
        *_SOS_INCLUDES,
        f"_has:Slot:schedule:start=ge{first}",
        f"_has:Slot:schedule:start=le{last}",
        "_has:Slot:schedule:status=free",
        f"actor:Location.organization.identifier={_tokens(IDNST, structure_ids)}",
    )


def _tokens(system: str, values: Iterable[str]) -> str:
    return _encoded(",".join(f"{system}|{value}" for value in values))


def _encoded(value: str) -> str:
    return quote(value, safe=":,/")
