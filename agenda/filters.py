"""What somebody narrowed the results to."""

from datetime import date
from typing import Literal

import msgspec


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Empty tuples and strings filter nothing; `within_hours` counts from the opening of the search."""

    # "reorientation": an emergency ward sends a patient to town; the slots are the same, what is counted is not
    mode: Literal["slots", "on_top", "reorientation"] = "slots"
    consultation: tuple[str, ...] = ()
    slot_types: tuple[str, ...] = ()
    within_hours: int = 72
    convention_sector: str = ""
    cpts: str = ""
    # As the place counts its days
    day: date | None = None
