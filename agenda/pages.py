"""What the results and CPTS templates print, with the address of every link on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from agenda import addresses
from agenda.association_view import AssociationView, association_view
from agenda.board import Board
from agenda.cards_view import CardView, by_first_slot, card_view
from agenda.forms import CARDS_AT_ONCE, MOST_CARDS, SearchForm, ViewForm
from agenda.progress import Card
from agenda.rendering import brief, on_top
from agenda.results_view import (
    BarView,
    StructureView,
    bar_view,
    headline,
    opened_at,
    structure_view,
    structures_in_order,
    widened,
)
from directory.found import StructureCard
from directory.widening import STEPS_KM

MOST_FIRST_STRUCTURES = 3


@dataclass(frozen=True, kw_only=True)
class Page:
    """Cards of an open search: shared by the results page and the CPTS page."""

    board: Board
    view: ViewForm
    can_choose: bool

    @property
    def search_id(self) -> UUID:
        return self.board.search.id

    @cached_property
    def bar(self) -> BarView:
        return bar_view(self.board)

    @property
    def done(self) -> bool:
        return self.board.done

    @property
    def last_event(self) -> str:
        return self.board.last_event

    @cached_property
    def only_with_slots(self) -> bool:
        return self.view.value("seulement", "") == "creneaux"

    @cached_property
    def earliest_first(self) -> bool:
        return self.view.value("tri", "") == "premier"

    @property
    def in_order(self) -> bool:
        """Cards stand in the search's own order, so that more can be added below."""
        return not self.only_with_slots and not self.earliest_first

    @cached_property
    def _chosen(self) -> Sequence[Card]:
        cards: Sequence[Card] = self.board.cards
        if self.only_with_slots:
            cards = [card for card in cards if card.state == "slots"]
        return by_first_slot(cards) if self.earliest_first else cards

    @property
    def wanted(self) -> int:
        return int(self.view.value("cartes", CARDS_AT_ONCE))

    @cached_property
    def cards(self) -> list[CardView]:
        now = self.board.progress.now
        return [card_view(card, now=now, on_top=on_top(self.board)) for card in self._chosen[: self.wanted]]

    @cached_property
    def associations(self) -> list[AssociationView]:
        chosen = [one for one in self.board.associations if one.state == "slots" or not self.only_with_slots]
        now = self.board.progress.now
        return [association_view(card, now=now, on_top=on_top(self.board)) for card in chosen]

    @property
    def shown(self) -> int:
        return len(self.cards)

    @property
    def followed(self) -> int:
        """How many cards of the search's order the stream has to keep up to date."""
        return max(self.shown, 1) if self.in_order else MOST_CARDS

    @property
    def next_shown(self) -> int:
        return self.shown + CARDS_AT_ONCE

    @property
    def remaining(self) -> int:
        return len(self._chosen) - self.shown

    @property
    def stream_url(self) -> str:
        return reverse("agenda:events", args=[self.search_id])

    @property
    def cards_url(self) -> str:
        return reverse("agenda:cards", args=[self.search_id])

    @property
    def retry_url(self) -> str:
        return reverse("agenda:retry", args=[self.search_id])


@dataclass(frozen=True, kw_only=True)
class ResultsPage(Page):
    form: SearchForm

    @property
    def headline(self) -> str:
        return headline(self.board.search)

    @property
    def widened(self) -> str:
        return widened(self.board.search)

    @property
    def opened_at(self) -> str:
        return opened_at(self.board.search)

    @property
    def order(self) -> str:
        by_distance = self.board.search.near.kind == "address" or bool(self.widened)
        return "participants au SAS puis distance" if by_distance else "participants au SAS puis tirage équitable"

    @property
    def on_top(self) -> bool:
        return on_top(self.board)

    @property
    def brief(self) -> bool:
        return brief(self.board)

    @cached_property
    def structures(self) -> list[StructureView]:
        found, now = self.board.search, self.board.progress.now
        return [structure_view(card, now=now, zone=found.near.time_zone) for card in structures_in_order(found)]

    @property
    def first_structures(self) -> list[StructureView]:
        """Before the cards: few where slots are sought, so that the first slot is in sight; more for "en sus"."""
        return self.structures[: MOST_FIRST_STRUCTURES if self.on_top or not self.cards else 1]

    @property
    def other_structures(self) -> list[StructureView]:
        return self.structures[len(self.first_structures) :]

    @property
    def map(self) -> dict[str, str]:
        near = self.board.search.near
        radius = 0 if near.kind == "department" else self.board.search.found.radius_km or near.radius_km
        return {
            "lat": f"{near.lat:.5f}", "lon": f"{near.lon:.5f}", "radius": str(radius), "tiles": settings.MAP_TILES_HOST,
        }  # fmt: skip

    def _shown(self, **view: Any) -> str:
        return addresses.shown(self.form, self.search_id, **view)

    @property
    def here(self) -> str:
        """This page, as it stands."""
        cartes = self.wanted if self.wanted != CARDS_AT_ONCE else ""
        seulement = "creneaux" if self.only_with_slots else ""
        return self._shown(cartes=cartes, seulement=seulement, tri="premier" if self.earliest_first else "")

    @property
    def all_url(self) -> str:
        return self._shown()

    @property
    def only_url(self) -> str:
        return self._shown(seulement="creneaux")

    @property
    def earliest_url(self) -> str:
        return self._shown(tri="premier", seulement="creneaux" if self.only_with_slots else "")

    @property
    def more_url(self) -> str:
        seulement = "creneaux" if self.only_with_slots else ""
        tri = "premier" if self.earliest_first else ""
        return self._shown(cartes=self.next_shown, seulement=seulement, tri=tri)

    @property
    def again_url(self) -> str:
        return addresses.asked(self.form)

    @property
    def wider(self) -> tuple[int, str] | None:
        """The next radius and its address, when one exists."""
        found = self.board.search
        if found.near.kind == "department":
            return None
        now_km = found.found.radius_km or found.near.radius_km
        further = next((step for step in STEPS_KM if step >= 1.5 * now_km), None)
        return (further, addresses.asked(self.form, rayon=further)) if further else None

    @property
    def tele_url(self) -> str:
        return addresses.asked(self.form, consultation=["VR"], sous="", type=[])

    @property
    def on_top_url(self) -> str:
        return addresses.asked(self.form, mode="en_sus")

    @property
    def slots_url(self) -> str:
        return addresses.asked(self.form, mode="")

    @property
    def unfiltered_url(self) -> str:
        """The same search without its filters; empty when none is set."""
        plain = addresses.asked(self.form, consultation=[], type=[], sous="", secteur="", cpts="")
        return plain if plain != addresses.asked(self.form) else ""


@dataclass(frozen=True, kw_only=True)
class CptsPage(Page):
    structure: StructureCard
    origin: UUID | None

    @cached_property
    def head(self) -> StructureView:
        near = self.board.search.near
        return structure_view(self.structure, now=self.board.progress.now, zone=near.time_zone)

    @property
    def back_url(self) -> str:
        """Back to the same search, at the CPTS's own line."""
        return addresses.address({"recherche": self.origin}) + f"#{self.head.anchor}" if self.origin else ""

    def _shown(self, **view: object) -> str:
        query = {"recherche": self.search_id, "origine": self.origin} | view
        return addresses.address(query, to=reverse("agenda:cpts", args=[self.head.finess]))

    @property
    def here(self) -> str:
        return self._shown(cartes=self.wanted if self.wanted != CARDS_AT_ONCE else "")

    @property
    def more_url(self) -> str:
        return self._shown(cartes=self.next_shown)
