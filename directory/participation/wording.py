"""Declarations said in French, to the practitioner himself. Pure functions, no HTML."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from directory.models import ParticipationVia
from directory.participation.stretches import EVERYWHERE, Stretch
from sasportal.wording import MONTHS, listed

MIDNIGHT_TOLERANCE = timedelta(seconds=1)


def in_words(
    stretches: Iterable[Stretch], *, structures: Mapping[str, str], places: Mapping[str, str], zone: str, now: datetime
) -> list[str]:
    """One sentence for each way and period in force or to come, its places together, in order of beginning."""
    grouped: dict[tuple[str, str, datetime, datetime | None], list[str]] = {}
    for one in stretches:
        if one.end is None or (one.end > now and one.end > one.start):
            grouped.setdefault((one.via, one.structure, one.start, one.end), []).append(one.place)
    keys = sorted(grouped, key=lambda key: (key[2], key[0], key[1]))
    return [
        f"{way(via, structures.get(structure, structure))}, {where(grouped[via, structure, start, end], places)}, "
        f"{when(start, end, zone=zone, now=now)}"
        for via, structure, start, end in keys
    ]


def way(via: str, structure: str) -> str:
    match ParticipationVia(via):
        case ParticipationVia.NONE:
            return "Aucune participation au SAS"
        case ParticipationVia.INDIVIDUAL:
            return "À titre individuel"
        case ParticipationVia.CPTS:
            return f"Via la CPTS {structure.removeprefix('CPTS ')}".rstrip()
        case ParticipationVia.MSP:
            return f"Via la maison de santé {structure}".rstrip()
        case ParticipationVia.SOS:
            return f"Via {structure or 'SOS Médecins'}"


def where(keys: list[str], places: Mapping[str, str]) -> str:
    if EVERYWHERE in keys:
        return "à tous les lieux"
    return "à : " + listed([places.get(key, "un lieu fermé") for key in sorted(keys)])


def when(start: datetime, end: datetime | None, *, zone: str, now: datetime) -> str:
    """ "depuis le 3 mars 2026", "du 1er au 31 août 2027" as days of the place; the last day is included."""
    here = ZoneInfo(zone)
    first = day_in_words(start.astimezone(here))
    last = day_in_words((end - MIDNIGHT_TOLERANCE).astimezone(here)) if end else ""
    if start <= now:
        return f"depuis le {first}" + (f", jusqu’au {last}" if last else "")
    return f"du {first} au {last}" if last else f"à partir du {first}"


def day_in_words(at: datetime) -> str:
    return f"{'1er' if at.day == 1 else at.day} {MONTHS[at.month - 1]} {at.year}"
