"""What the page may honestly say of an SOS Médecins association: its state, and the consultation places with slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agenda.days import CardState, Day, days
from agenda.places import consultation_place
from agenda.reports import COMPLETE, CallReport, Question
from agenda.searches import Search
from agenda.slots import SlotPlace
from agenda.visibility import Hidden, VisibleSlot, sort_association_slots
from directory.found import Association, ConsultationPlace
from directory.zones import zone_of_postal_code


@dataclass(frozen=True, kw_only=True)
class PlaceCard:
    """One consultation place with slots: as its editor wrote it, and as the directory knows it, if it does."""

    place: SlotPlace
    known: ConsultationPlace | None
    editor_name: str
    days: tuple[Day, ...]
    time_zone: str

    @property
    def slots(self) -> tuple[VisibleSlot, ...]:
        return tuple(slot for day in self.days for slot in day.slots)


@dataclass(frozen=True, kw_only=True)
class AssociationCard:
    """What the page shows of one association now. `waiting` and `failed` are names of editors."""

    association: Association
    state: CardState
    places: tuple[PlaceCard, ...]
    hidden: tuple[Hidden, ...]
    waiting: tuple[str, ...]
    failed: tuple[str, ...]
    time_zone: str

    @property
    def slots(self) -> tuple[VisibleSlot, ...]:
        """By place, then by start."""
        return tuple(slot for place in self.places for slot in place.slots)

    @property
    def without_slots(self) -> tuple[ConsultationPlace, ...]:
        """Places of the directory that offer nothing here, nearest first."""
        offering = {one.known.key for one in self.places if one.known}
        return tuple(one for one in self.association.places if one.key not in offering)


def association_card(
    association: Association, *, search: Search, asked: Sequence[Question], reports: Sequence[CallReport],
    now: datetime, done: bool,
) -> AssociationCard:  # fmt: skip
    """Build the card from the questions asked about this association and the reports that landed."""
    received = [one for report in reports for one in report.slots if one.national_id == association.structure_id]
    visible, hidden = sort_association_slots(
        received, viewer=search.viewer, window=search.window, now=now, filters=search.filters
    )
    answered = {report.question for report in reports}
    return AssociationCard(
        association=association,
        state=_state(visible, asked, reports, done=done),
        places=_places(association, visible, {one.editor_id: one.editor_name for one in reports}, now),
        hidden=hidden,
        waiting=tuple(dict.fromkeys(one.editor_name for one in asked if one.number not in answered)),
        failed=tuple(dict.fromkeys(one.editor_name for one in reports if one.outcome not in COMPLETE)),
        time_zone=association.places[0].time_zone if association.places else search.near.time_zone,
    )


def _state(
    visible: Sequence[VisibleSlot], asked: Sequence[Question], reports: Sequence[CallReport], *, done: bool
) -> CardState:
    if visible:
        return "slots"
    if len(reports) < len(asked):
        return "unknown" if done else "waiting"
    return "none" if asked and all(one.outcome in COMPLETE for one in reports) else "unknown"


def _places(
    association: Association, visible: Sequence[VisibleSlot], editors: Mapping[int, str], now: datetime
) -> tuple[PlaceCard, ...]:
    """Places the directory knows first, nearest first; then the others, by first slot."""
    grouped: dict[str, list[VisibleSlot]] = {}
    for one in visible:
        place = one.slot.place
        known = consultation_place(place, association.places)
        key = known.key if known else f"{place.postal_code}|{place.line}|{place.name}"
        zone = zone_of_postal_code(place.postal_code or (known.postal_code if known else ""))
        name = editors.get(one.slot.editor_id, "")
        placed = msgspec.structs.replace(one, elsewhere=known is None, editor_name=name, time_zone=zone)
        grouped.setdefault(key, []).append(placed)
    rank = {place.key: number for number, place in enumerate(association.places)}
    keys = sorted(grouped, key=lambda key: rank.get(key, len(rank)))
    return tuple(_place_card(association, grouped[key], now) for key in keys)


def _place_card(association: Association, slots: Sequence[VisibleSlot], now: datetime) -> PlaceCard:
    first = slots[0]
    return PlaceCard(
        place=first.slot.place,
        known=consultation_place(first.slot.place, association.places),
        editor_name=first.editor_name,
        days=days(slots, now=now, zone=first.time_zone),
        time_zone=first.time_zone,
    )
