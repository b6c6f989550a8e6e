"""FHIR instants: the exact form, and whether the offset sent is the one of the place's wall clock.

`datetime.fromisoformat` accepts more than FHIR does, so the form is checked first.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FORM = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)


@lru_cache(maxsize=16384)
def read_instant(text: str) -> tuple[datetime, timedelta] | None:
    """Return the instant in UTC and the offset it was written with; None when this is no FHIR instant."""
    if len(text) > 40 or not FORM.fullmatch(text):
        return None
    try:
        written = datetime.fromisoformat(text)
        return written.astimezone(UTC), written.utcoffset() or timedelta(0)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=16384)
def offset_at(instant: datetime, zone: str) -> timedelta:
    """Offset of the wall clock of `zone` at this instant."""
    return instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)


def write_instant(instant: datetime, zone: str) -> str:
    """Write the way the guide does: milliseconds and the offset of `zone`."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")
