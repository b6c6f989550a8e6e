"""How absences and weekly figures are said. Pure functions."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from directory.models import Absence
from sasportal.wording import NARROW, clock, long_day


def absence_in_words(absence: Absence, *, zone: str) -> str:
    """ "du samedi 1er au dimanche 9 août inclus", with the hours where they are not midnight."""
    here = ZoneInfo(zone)
    start, end = absence.starts_at.astimezone(here), absence.ends_at.astimezone(here)
    whole_days = (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0)
    if not whole_days:
        return f"du {long_day(start.date())} à {clock(start)} au {long_day(end.date())} à {clock(end)}"
    last = end - timedelta(minutes=1)
    if last.date() == start.date():
        return f"le {long_day(start.date())}, toute la journée"
    return f"du {long_day(start.date())} au {long_day(last.date())} inclus"


def duration(minutes: int) -> str:
    """ "2 h 30", "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NARROW}min"
    return f"{hours}{NARROW}h{NARROW}{rest:02}" if rest else f"{hours}{NARROW}h"
