"""The weekly opening hours of a structure: as a form writes them, and as people read them."""

from collections.abc import Mapping
from datetime import time

from directory.communities.profile import Hours
from sasportal.wording import HOURS_KEYS, WEEKDAYS, spoken_hour

RANGES = 2  # of one day


class RangeRefused(Exception):
    """`part` is the number of the time at fault within the day: 0 and 1 for the first range, 2 and 3 for the second."""

    def __init__(self, part: int, words: str) -> None:
        super().__init__(words)
        self.part = part


def ranges(times: list[time | None]) -> list[list[str]]:
    """Ranges of one day from its four times; raises RangeRefused."""
    found: list[list[str]] = []
    for part in range(0, 2 * RANGES, 2):
        start, end = times[part], times[part + 1]
        if start is None and end is None:
            continue
        if start is None or end is None:
            raise RangeRefused(part + (start is not None), "Indiquez le début et la fin.")
        if end <= start:
            raise RangeRefused(part + 1, "La fin doit suivre le début (minuit s’écrit 23:59).")
        if found and f"{start:%H:%M}" < found[-1][1]:
            raise RangeRefused(part, "La seconde plage doit commencer après la fin de la première.")
        found.append([f"{start:%H:%M}", f"{end:%H:%M}"])
    return found


def times(day: list[list[str]]) -> list[str]:
    """Spell the four times of a day's first two ranges; empty where there is none."""
    written = [moment for one in sorted(day)[:RANGES] for moment in one]
    return written + [""] * (2 * RANGES - len(written))


def week_in_words(hours: Mapping[str, list[list[str]]]) -> list[tuple[str, str]]:
    """("lundi", "8 h 30 – 12 h 30, 14 h 00 – 18 h 30"), or "fermé"."""
    return [(name, _day_in_words(hours.get(key, []))) for key, name in zip(HOURS_KEYS, WEEKDAYS, strict=True)]


def hours_of(days: Mapping[str, list[list[str]]]) -> Hours:
    """Days that open, in the order of the week."""
    return {key: days[key] for key in HOURS_KEYS if days.get(key)}


def _day_in_words(day: list[list[str]]) -> str:
    return ", ".join(f"{spoken_hour(start)} – {spoken_hour(end)}" for start, end in sorted(day)) or "fermé"
