"""The question as flows.md writes it: INT_R01, and INT_R04 with its two more includes."""

from collections.abc import Iterable
from urllib.parse import quote

from agenda.identifiers import IDNPS
from agenda.instants import write_instant
from agenda.models import Flow
from agenda.windows import Window

MOST_PRACTITIONERS = 25

_INCLUDES = ("_include=Slot:schedule", "_include:iterate=Schedule:actor")
_CPTS_INCLUDES = ("_include=Slot:service-type-reference", "_include:iterate=HealthcareService:organization")


def slots_url(base_url: str, *, flow: Flow, national_ids: Iterable[str], window: Window, zone: str) -> str:
    """Write the address of one question; the `+` of offsets is encoded, and `|` is not allowed raw in a URI."""
    identifiers = ",".join(f"{IDNPS}|{national_id}" for national_id in national_ids)
    parts = [
        *_INCLUDES,
        f"start=ge{_encoded(write_instant(window.start, zone))}",
        f"start=le{_encoded(write_instant(window.end, zone))}",
        f"schedule.actor:Practitioner.identifier={_encoded(identifiers)}",
        "status=free",
        *(_CPTS_INCLUDES if flow == Flow.R04 else ()),
    ]
    return f"{base_url.rstrip('/')}/Slot?{'&'.join(parts)}"


def _encoded(value: str) -> str:
    return quote(value, safe=":,/")
