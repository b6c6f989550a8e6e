"""Fragments of a patient's results, for page, stream and polling alike, and the words around the cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import get_template

from agenda.board import Board
from agenda.models import Outcome
from agenda.patients.cards import offers, patient_card
from agenda.progress import Card, EditorProgress
from agenda.results_view import missing
from sasportal.wording import several


@dataclass(frozen=True, kw_only=True)
class Failure:
    editor_id: int
    name: str
    message: str
    can_retry: bool


@dataclass(frozen=True, kw_only=True)
class Services:
    """Who was asked and who answered; `announcement` is read aloud."""

    answered: int
    asked: int
    sentence: str
    failures: tuple[Failure, ...]
    done: bool
    with_slots: str
    with_slots_count: int
    announcement: str


def services(board: Board) -> Services:
    editors = board.editors
    answered = sum(1 for editor in editors if editor.state in {"answered", "partial"})
    failures = tuple(failure(one) for one in editors if missing(one, board.done))
    sentence = sentence_of(answered, len(editors), done=board.done, failures=len(failures)) if board.cards else ""
    with_slots = board.with_slots
    return Services(
        answered=answered,
        asked=len(editors),
        sentence=sentence,
        failures=failures,
        done=board.done,
        with_slots=with_slots_words(with_slots),
        with_slots_count=with_slots,
        announcement=f"{sentence} {several(with_slots, 'professionnel a', 'professionnels ont')} des rendez-vous.",
    )


def with_slots_words(count: int) -> str:
    return several(count, "a des rendez-vous en ligne", "ont des rendez-vous en ligne")


def sentence_of(answered: int, asked: int, *, done: bool, failures: int) -> str:
    if not asked:
        return "Aucun service de rendez-vous à interroger."
    if not done:
        return f"Recherche en cours : {answered} sur {several(asked, 'service', 'services')} de rendez-vous."
    if failures:
        return "Recherche terminée, mais elle n’est pas complète."
    return "Recherche terminée."


def failure(editor: EditorProgress) -> Failure:
    if editor.state == "partial":
        message = f"{editor.name} a mal répondu : une partie de ses rendez-vous manque ici."
    else:
        message = f"{editor.name} ne répond pas : ses rendez-vous manquent ici."
    return Failure(
        editor_id=editor.editor_id,
        name=editor.name,
        message=message,
        can_retry=editor.outcome is not Outcome.DISABLED,
    )


def cards_html(board: Board, cards: Sequence[Card], *, first: int) -> str:
    now, search_id = board.progress.now, board.search.id
    views = [patient_card(card, search_id=search_id, now=now) for card in cards]
    return get_template("patient/_cards.html").render({"cards": views, "brief": board.done, "first": first})


def update(board: Board, changed: frozenset[str], *, shown: int) -> dict[str, Any]:
    """What a page showing the first `shown` cards has to replace."""
    template = get_template("patient/_offers.html")
    now, search_id = board.progress.now, board.search.id
    bar = services(board)
    return {
        "cards": {
            card.candidate.national_id: template.render({"offers": offers(card, search_id=search_id, now=now)})
            for card in board.cards[:shown]
            if card.candidate.national_id in changed
        },
        "bar": get_template("patient/_services.html").render({"bar": bar}),
        "withSlots": bar.with_slots,
        "withSlotsCount": bar.with_slots_count,
        "announcement": bar.announcement,
        "last": board.last_event,
        "done": board.done,
    }
