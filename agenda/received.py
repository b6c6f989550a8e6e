"""Every slot received for one practitioner or association, shown or hidden, and the rule that decided."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agenda.association_cards import AssociationCard
from agenda.progress import Card
from agenda.slots import Slot
from sasportal.wording import clock, listed, long_day


@dataclass(frozen=True, kw_only=True)
class SlotLine:
    start: str
    place: str
    types: str
    cpts: str
    visible: bool
    reason: str
    at: datetime


def slot_lines(card: Card | AssociationCard) -> list[SlotLine]:
    """In order of start."""
    lines = [line(one.slot, zone=one.time_zone, visible=True, reason="visible") for one in card.slots]
    lines += [line(one.slot, zone=card.time_zone, visible=False, reason=one.reason.label) for one in card.hidden]
    return sorted(lines, key=lambda line: line.at)


def line(slot: Slot, *, zone: str, visible: bool, reason: str) -> SlotLine:
    start = slot.start.astimezone(ZoneInfo(zone))
    return SlotLine(
        start=f"{long_day(start.date())} à {clock(start)}",
        place=listed_place(slot),
        types=listed([kind.value for kind in slot.types]) or "aucun",
        cpts=listed([f"{cpts.name} ({cpts.finess})".strip() for cpts in slot.cpts]),
        visible=visible,
        reason=reason,
        at=slot.start,
    )


def listed_place(slot: Slot) -> str:
    return ", ".join(filter(None, [slot.place.name, slot.place.city]))
