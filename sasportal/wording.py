"""How dates, phones, distances and lists are said in French. Pure functions, no HTML."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NARROW = "\u00a0"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
          "novembre", "décembre")  # fmt: skip
HOURS_KEYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TITLES = {"DR": ("Dr", "le docteur"), "PR": ("Pr", "le professeur"), "MME": ("Mme", "Mme"), "M": ("M.", "M.")}
ZONE_NAMES = {
    "Europe/Paris": "de métropole",
    "America/Guadeloupe": "de Guadeloupe",
    "America/Martinique": "de Martinique",
    "America/Cayenne": "de Guyane",
    "Indian/Reunion": "de La Réunion",
    "Indian/Mayotte": "de Mayotte",
    "America/Miquelon": "de Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "de Saint-Barthélemy",
    "America/Marigot": "de Saint-Martin",
    "Pacific/Wallis": "de Wallis-et-Futuna",
    "Pacific/Tahiti": "de Polynésie française",
    "Pacific/Noumea": "de Nouvelle-Calédonie",
}


def clock(instant: datetime) -> str:
    return f"{instant.hour}{NARROW}h{NARROW}{instant.minute:02}"


@lru_cache(maxsize=64)
def long_day(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{WEEKDAYS[day.weekday()]} {number} {MONTHS[day.month - 1]}"


def dated(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def day_of(instant: datetime | None, zone: str = "Europe/Paris") -> str:
    """ "3 mars 2026", or nothing when there is no instant."""
    return dated(instant.astimezone(ZoneInfo(zone)).date()) if instant else ""


@lru_cache(maxsize=64)
def column_day(day: date, today: date) -> tuple[str, str]:
    """The two parts of a column's head: "Demain", "dim. 22"."""
    short = f"{WEEKDAYS[day.weekday()][:3]}. {day.day}"
    named = {today: "Aujourd’hui", today + timedelta(days=1): "Demain"}.get(day)
    return (named, short) if named else (f"{WEEKDAYS[day.weekday()].capitalize()} {day.day}", "")


def phone(number: str) -> str:
    """Pairs of digits; what is not a ten-digit national number stays as it is."""
    digits = "".join(filter(str.isdigit, number))
    if number.startswith("+33") and len(digits) == 11:
        digits = "0" + digits[2:]
    if len(digits) != 10:
        return number
    return NARROW.join(digits[at : at + 2] for at in range(0, 10, 2))


def distance(km: float | None) -> str:
    if km is None:
        return ""
    return f"{km:.1f}".replace(".", ",") + f"{NARROW}km" if km < 10 else f"{round(km)}{NARROW}km"


def several(count: int, one: str, many: str) -> str:
    """ "1 créneau", "4 créneaux"; zero is singular in French."""
    return f"{count}{NARROW}{one if count < 2 else many}"


def within(label: str) -> str:
    """A label inside a sentence: "Via une MSP" gives "via une MSP"."""
    return label[:1].lower() + label[1:]


def listed(names: Sequence[str]) -> str:
    return " et ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def title(civility: str) -> tuple[str, str]:
    """Before a name on a card, and inside a sentence."""
    return TITLES.get(civility.strip().upper().rstrip("."), ("", ""))


def zone_line(zone: str, now: datetime) -> str:
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    hours = offset.total_seconds() / 3600
    return f"Heures {ZONE_NAMES.get(zone, zone)} (UTC{hours:+g})"


def opening(hours: Mapping[str, list[list[str]]], now: datetime) -> str:
    """Say whether a structure is open at `now` (in its own zone); empty when its hours are unknown."""
    if not any(hours.values()):
        return ""
    at = now.strftime("%H:%M")
    for start, end in sorted(hours.get(HOURS_KEYS[now.weekday()], [])):
        if start <= at < end:
            return f"ouvert jusqu’à {spoken_hour(end)}"
        if at < start:
            return f"fermé, ouvre à {spoken_hour(start)}"
    for ahead in range(1, 8):
        day = (now.weekday() + ahead) % 7
        if ranges := sorted(hours.get(HOURS_KEYS[day], [])):
            return f"fermé, ouvre {'demain' if ahead == 1 else WEEKDAYS[day]} à {spoken_hour(ranges[0][0])}"
    return ""


def spoken_hour(hour: str) -> str:
    hours, _, minutes = hour.partition(":")
    return f"{int(hours)}{NARROW}h{NARROW}{minutes}"
