"""A search as one page follows it: cards worked out again only when an event changed them."""

from collections.abc import Iterable
from datetime import datetime

from agenda.association_cards import AssociationCard
from agenda.progress import Card, EditorProgress, Progress
from agenda.reports import Landed
from agenda.searches import Search

START = "0-0"


class Board:
    def __init__(self, search: Search, *, now: datetime) -> None:
        self.search = search
        self.progress = Progress(search, now=now)
        self.last_event = START
        self._cards: dict[str, Card] = {
            c.national_id: self.progress.card(c.national_id) for c in search.found.candidates
        }
        self._associations = {one.association.structure_id: one for one in self.progress.associations}

    def take(self, events: Iterable[Landed]) -> frozenset[str]:
        """Take events into account; return whose cards changed, all of them once the search is over."""
        changed: set[str] = set()
        for event in events:
            changed |= self.progress.take(event)
            self.last_event = event.event_id
            if self.progress.done:
                changed |= {national_id for national_id, card in self._cards.items() if card.state == "waiting"}
                changed |= {one for one, card in self._associations.items() if card.state == "waiting"}
        for national_id in changed & self._cards.keys():
            self._cards[national_id] = self.progress.card(national_id)
        for structure_id in changed & self._associations.keys():
            self._associations[structure_id] = self.progress.association(structure_id)
        return frozenset(changed)

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(self._cards.values())

    @property
    def associations(self) -> tuple[AssociationCard, ...]:
        return tuple(self._associations.values())

    def card(self, national_id: str) -> Card:
        return self._cards[national_id]

    def association(self, structure_id: str) -> AssociationCard:
        return self._associations[structure_id]

    @property
    def done(self) -> bool:
        """Nothing more can land; a search without a question never waits."""
        return self.progress.done or not self.search.questions

    @property
    def with_slots(self) -> int:
        return sum(1 for card in self._cards.values() if card.state == "slots")

    @property
    def associations_with_slots(self) -> int:
        return sum(1 for card in self._associations.values() if card.state == "slots")

    @property
    def editors(self) -> tuple[EditorProgress, ...]:
        return self.progress.editors


def event_order(event_id: str) -> tuple[int, int]:
    """Sort key of a stream's event id ("milliseconds-sequence")."""
    first, _, second = event_id.partition("-")
    return int(first), int(second or 0)
