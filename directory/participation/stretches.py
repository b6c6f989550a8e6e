"""What a new declaration leaves of those before it. Pure functions on periods and places.

The new one wins at its places for its period: whatever stood there stops, goes on at the other places,
and comes back when the new one ends.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from directory.models import ParticipationVia

EVERYWHERE = ""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One way of taking part, at one place or EVERYWHERE, from `start` (included) to `end` (excluded, None: open)."""

    via: str
    structure: str
    place: str
    start: datetime
    end: datetime | None

    def in_force(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)

    def meets(self, other: "Stretch") -> bool:
        """Do both hold at some instant?"""
        first, last = max(self.start, other.start), earliest(self.end, other.end)
        return last is None or first < last

    def same_way(self, other: "Stretch") -> bool:
        return (self.via, self.structure) == (other.via, other.structure)


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """`ended`: numbers of the former stretches with their new end; `opened`: what goes on or comes back."""

    ended: dict[int, datetime]
    opened: tuple[Stretch, ...]


def replaced(
    former: Sequence[Stretch], new: Sequence[Stretch], *, all_places: Collection[str], beside_others: bool
) -> Replaced:
    """Say what becomes of `former` when `new` (one declaration, one stretch for each place) is declared.

    With `beside_others` only the same way, and "does not take part", give way.
    """
    chosen = {stretch.place for stretch in new}
    declared = new[0]
    ended: dict[int, datetime] = {}
    opened: list[Stretch] = []
    for number, old in enumerate(former):
        if not gives_way(old, declared, beside_others=beside_others) or not touches(old.place, chosen):
            continue
        ended[number] = max(old.start, declared.start)
        opened += remains(old, declared, chosen=chosen, all_places=all_places)
    return Replaced(ended=ended, opened=tuple(opened))


def gives_way(old: Stretch, declared: Stretch, *, beside_others: bool) -> bool:
    if not old.meets(declared):
        return False
    alone = ParticipationVia.NONE in {old.via, declared.via}
    return not beside_others or alone or old.via == declared.via


def touches(place: str, chosen: Collection[str]) -> bool:
    return place == EVERYWHERE or EVERYWHERE in chosen or place in chosen


def remains(
    old: Stretch, declared: Stretch, *, chosen: Collection[str], all_places: Collection[str]
) -> Iterable[Stretch]:
    """Yield the pieces of `old` beyond the new declaration: other places meanwhile, all of them afterwards."""
    everywhere = EVERYWHERE in chosen
    if old.place == EVERYWHERE and not everywhere:
        elsewhere, covered = [place for place in all_places if place not in chosen], list(chosen)
    else:
        elsewhere, covered = [], [old.place]
    for place in sorted(elsewhere):
        yield replace(old, place=place, start=max(old.start, declared.start))
    if declared.end is not None and (old.end is None or old.end > declared.end):
        for place in sorted(covered):
            yield replace(old, place=place, start=max(old.start, declared.end))


def earliest(*ends: datetime | None) -> datetime | None:
    known = [end for end in ends if end is not None]
    return min(known) if known else None
