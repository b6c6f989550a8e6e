"""Declarations as a search reads them: grouped over their places, the one that speaks for the card first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from directory.found import DeclaredParticipation
from directory.models import ParticipationVia
from directory.participation.stretches import EVERYWHERE, Stretch

# A search looks 72 hours ahead: what begins later does not matter yet
REACH = timedelta(hours=72)
ORDER: list[str] = [ParticipationVia.CPTS, ParticipationVia.MSP, ParticipationVia.SOS, ParticipationVia.INDIVIDUAL]


def in_force(table: str) -> str:
    """SQL condition on rows of the table of declarations under this alias, at the parameter `now`."""
    return f"{table}.starts_at <= %(now)s AND ({table}.ends_at IS NULL OR {table}.ends_at > %(now)s)"


def in_force_at(now: datetime) -> Q:
    return Q(starts_at__lte=now) & (Q(ends_at=None) | Q(ends_at__gt=now))


Names = Mapping[tuple[str, str], tuple[str, str]]  # (via, structure) → name and phone


def declared(
    stretches: Iterable[Stretch], *, names: Names, place_keys: Sequence[str], now: datetime
) -> tuple[DeclaredParticipation, ...]:
    """Return what matters to a search opened `now`; those in force at the first place of the card first."""
    grouped: dict[tuple[str, str, datetime, datetime | None], list[str]] = {}
    for one in stretches:
        if one.via != ParticipationVia.NONE and one.start <= now + REACH and (one.end is None or one.end > now):
            grouped.setdefault((one.via, one.structure, one.start, one.end), []).append(one.place)
    found = [_declared(*key, places=places, names=names, now=now) for key, places in grouped.items()]
    first = place_keys[0] if place_keys else EVERYWHERE
    return tuple(sorted(found, key=lambda one: (one.upcoming, not one.covers(first), ORDER.index(one.via), one.since)))


def _declared(
    via: str, structure: str, start: datetime, end: datetime | None, *, places: list[str], names: Names, now: datetime
) -> DeclaredParticipation:
    name, phone = names.get((via, structure), ("", ""))
    return DeclaredParticipation(
        via=via,
        structure=structure,
        structure_name=name,
        structure_phone=phone,
        since=start,
        until=end,
        places=() if EVERYWHERE in places else tuple(sorted(places)),
        upcoming=start > now,
    )
