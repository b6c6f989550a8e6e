"""How far ahead a search looks: elapsed hours, and days as the place counts them."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

DAYS_SHOWN = 3
LONGEST = timedelta(hours=72)
# flows.md, CPTS display rule 7
CPTS_REACH = timedelta(hours=48)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """From `start` (included) to `end` (included), aware instants."""

    start: datetime
    end: datetime

    def holds(self, instant: datetime) -> bool:
        return self.start <= instant <= self.end

    @property
    def cpts_end(self) -> datetime:
        return min(self.end, self.start + CPTS_REACH)


def search_window(now: datetime, zone: str) -> Window:
    """Return now to the end of the day after tomorrow in `zone`, 72 elapsed hours at most."""
    here = ZoneInfo(zone)
    last_day = now.astimezone(here).date() + timedelta(days=DAYS_SHOWN - 1)
    midnight = datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=here)
    return Window(start=now, end=min(midnight.astimezone(now.tzinfo) - timedelta(seconds=1), now + LONGEST))
