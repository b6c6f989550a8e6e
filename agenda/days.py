"""What every card is made of: its state, and its slots over today, tomorrow and the day after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from agenda.visibility import VisibleSlot
from agenda.windows import DAYS_SHOWN

CardState = Literal["waiting", "slots", "none", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Day:
    date: date
    slots: tuple[VisibleSlot, ...]


def days(visible: Iterable[VisibleSlot], *, now: datetime, zone: str) -> tuple[Day, ...]:
    """Part slots over today, tomorrow and the day after, as the place counts them."""
    today = now.astimezone(ZoneInfo(zone)).date()
    dates = [today + timedelta(days=n) for n in range(DAYS_SHOWN)]
    by_date: dict[date, list[VisibleSlot]] = {day: [] for day in dates}
    for one in visible:
        day = one.slot.start.astimezone(ZoneInfo(zone)).date()
        by_date[min(max(day, dates[0]), dates[-1])].append(one)
    return tuple(Day(date=day, slots=tuple(slots)) for day, slots in by_date.items())
