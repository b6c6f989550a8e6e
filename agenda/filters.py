"""What the regulator narrowed the results to."""

from typing import Literal

import msgspec


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Empty tuples and strings filter nothing; `within_hours` counts from the opening of the search."""

    mode: Literal["slots", "on_top"] = "slots"
    consultation: tuple[str, ...] = ()
    slot_types: tuple[str, ...] = ()
    within_hours: int = 72
    convention_sector: str = ""
    cpts: str = ""
