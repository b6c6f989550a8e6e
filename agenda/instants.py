"""FHIR instants: the exact form, and whether the offset sent is the one of the place's wall clock.

`datetime.fromisoformat` accepts more than FHIR does, so the form is checked first.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

FORM = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)


class Instant(NamedTuple):
    """In UTC, with the offset it was written with; `ms` since 1970."""

    utc: datetime
    offset: timedelta
    ms: int


@lru_cache(maxsize=16384)
def read_instant(text: str) -> Instant | None:
    """Return None when this is no FHIR instant."""
    if len(text) > 40 or not FORM.fullmatch(text):
        return None
    try:
        written = datetime.fromisoformat(text)
        utc = written.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Instant(utc=utc, offset=written.utcoffset() or timedelta(0), ms=int(utc.timestamp() * 1000))


@lru_cache(maxsize=16384)
def is_wall_clock(text: str, zone: str) -> bool:
    """Was this instant written with the offset that clocks of `zone` have at that moment?"""
    instant = read_instant(text)
    return instant is not None and instant.utc.astimezone(ZoneInfo(zone)).utcoffset() == instant.offset


def write_instant(instant: datetime, zone: str) -> str:
    """Write the way the guide does: milliseconds and the offset of `zone`."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")
