"""Fragments of the results page, rendered on the server for page, stream and polling alike."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import get_template

from agenda.association_view import places_view
from agenda.board import Board
from agenda.cards_view import card_view, slots_view
from agenda.progress import Card
from agenda.results_view import bar_view


def cards_html(board: Board, cards: Sequence[Card], *, first: int, can_choose: bool, can_explain: bool) -> str:
    template = get_template("agenda/_cards.html")
    views = [card_view(card, now=board.progress.now, on_top=on_top(board)) for card in cards]
    return template.render(
        {
            "cards": views,
            "brief": brief(board),
            "first": first,
            "can_choose": can_choose,
            "can_explain": can_explain,
            "search_id": board.search.id,
        }
    )


def update(board: Board, changed: frozenset[str], *, shown: int, can_choose: bool) -> dict[str, Any]:
    """What a page showing every association and the first `shown` cards has to replace."""
    slots_template = get_template("agenda/_card_slots.html")
    places_template = get_template("agenda/_association_slots.html")
    now = board.progress.now
    associations = {
        card.association.structure_id: places_template.render(
            {"slots": places_view(card, now=now, on_top=on_top(board)), "can_choose": can_choose}
        )
        for card in board.associations
        if card.association.structure_id in changed
    }
    displayed = [card for card in board.cards[:shown] if card.candidate.national_id in changed]
    bar = bar_view(board)
    return {
        "cards": associations
        | {
            card.candidate.national_id: slots_template.render(
                {"slots": slots_view(card, now=now, on_top=on_top(board)), "can_choose": can_choose}
            )
            for card in displayed
        },
        "bar": get_template("agenda/_editors_bar.html").render({"bar": bar, "can_retry": True}),
        "withSlots": bar.with_slots,
        "withSlotsCount": bar.with_slots_count,
        "announcement": bar.announcement,
        "last": board.last_event,
        "done": board.done,
    }


def on_top(board: Board) -> bool:
    return board.search.filters.mode == "on_top"


def brief(board: Board) -> bool:
    """Once all is known, who has no slot takes one line; when looking for "en sus", he is what is looked for."""
    return board.done and not on_top(board)
