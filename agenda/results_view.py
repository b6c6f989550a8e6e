"""The words around the cards: counts, editors, structures, ways out of an empty result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agenda.board import Board
from agenda.models import Outcome
from agenda.progress import EditorProgress
from agenda.searches import Search
from directory.found import StructureCard
from directory.models import StructureCategory
from sasportal.wording import NARROW, clock, distance, listed, opening, phone, several

NAMES = {StructureCategory.MSP: "Maison de santé", StructureCategory.CDS: "Centre de santé"}
FIRST_STRUCTURES = 2


@dataclass(frozen=True, kw_only=True)
class FailureView:
    editor_id: int
    name: str
    message: str
    can_retry: bool


@dataclass(frozen=True, kw_only=True)
class BarView:
    """`announcement` is the one sentence read aloud (throttled by the page)."""

    answered: int
    editors: int
    sentence: str
    waiting: str
    failures: tuple[FailureView, ...]
    ages: str
    done: bool
    with_slots: str
    with_slots_count: int
    announcement: str


@dataclass(frozen=True, kw_only=True)
class StructureView:
    finess: str
    anchor: str
    name: str
    kind: str
    is_cpts: bool
    members: str
    opening: str
    phone: str
    phone_href: str
    description: str
    address: str
    distance: str
    confirmed_at: datetime | None


def bar_view(board: Board) -> BarView:
    editors = board.editors
    answered = sum(1 for editor in editors if editor.state in {"answered", "partial"})
    sentence = editors_sentence(answered, len(editors))
    people, associations = board.with_slots, board.associations_with_slots
    with_slots = people + associations
    return BarView(
        answered=answered,
        editors=len(editors),
        sentence=sentence,
        waiting=listed([editor.name for editor in editors if editor.state == "waiting"]) if not board.done else "",
        failures=tuple(failure_view(editor, done=board.done) for editor in editors if missing(editor, board.done)),
        ages=ages(editors),
        done=board.done,
        with_slots=several(with_slots, "a des créneaux", "ont des créneaux"),
        with_slots_count=with_slots,
        announcement=f"{sentence} {offering(people, associations)} des créneaux.",
    )


def offering(people: int, associations: int) -> str:
    """Who has slots, as the subject of a sentence: "3 professionnels et 1 association SOS Médecins ont"."""
    if not associations:
        return several(people, "professionnel a", "professionnels ont")
    sos = several(associations, "association SOS Médecins", "associations SOS Médecins")
    if not people:
        return f"{sos} {'a' if associations < 2 else 'ont'}"
    return f"{several(people, 'professionnel', 'professionnels')} et {sos} ont"


def editors_sentence(answered: int, editors: int) -> str:
    if not editors:
        return "Aucun éditeur à interroger."
    return f"{several(answered, 'éditeur', 'éditeurs')} sur {editors} {'a' if answered < 2 else 'ont'} répondu."


def missing(editor: EditorProgress, done: bool) -> bool:
    return editor.state in {"failed", "partial"} or (done and editor.state == "waiting")


def failure_view(editor: EditorProgress, *, done: bool) -> FailureView:
    silent = done and editor.state == "waiting"
    return FailureView(
        editor_id=editor.editor_id,
        name=editor.name,
        message=f"{editor.name} n’a pas répondu." if silent else editor.message_fr,
        can_retry=editor.outcome is not Outcome.DISABLED,
    )


def ages(editors: Sequence[EditorProgress]) -> str:
    """Answers given again say how old they are."""
    oldest = max((editor.reused_age_s for editor in editors if editor.reused_age_s is not None), default=None)
    return f"réponses datant au plus de {round(oldest)}{NARROW}s" if oldest and oldest >= 1 else ""


def headline(search: Search) -> str:
    """ "34 professionnels à moins de 20 km · Agen (47)" """
    count = len(search.found.candidates)
    people = several(count, "professionnel", "professionnels")
    if search.found.more:
        people = f"Plus de {people}"
    if associations := len(search.found.associations):
        people += f", {several(associations, 'association SOS Médecins', 'associations SOS Médecins')}"
    if search.near.kind == "department":
        return f"{people} · {search.near.label}"
    radius = search.found.radius_km or search.near.radius_km
    return f"{people} à moins de {radius}{NARROW}km · {search.near.label}"


def widened(search: Search) -> str:
    """Say that the search had to go further than usual."""
    if search.near.kind == "department" or search.found.radius_km <= search.near.radius_km:
        return ""
    wide, usual = f"{search.found.radius_km}{NARROW}km", f"{search.near.radius_km}{NARROW}km"
    return f"Élargi à {wide} : trop peu de professionnels à moins de {usual}."


def opened_at(search: Search) -> str:
    return clock(search.opened_at.astimezone(ZoneInfo(search.near.time_zone)))


def structure_view(card: StructureCard, *, now: datetime, zone: str) -> StructureView:
    is_cpts = card.category == StructureCategory.CPTS
    number = phone(card.phone)
    return StructureView(
        finess=card.finess,
        anchor=f"structure-{card.finess or card.siret}",
        name=card.name,
        kind=kind_of(card),
        is_cpts=is_cpts,
        members=several(card.members, "professionnel participant", "professionnels participants"),
        opening=opening(card.opening_hours, now.astimezone(ZoneInfo(zone))),
        phone=number,
        phone_href=f"tel:{''.join(filter(str.isdigit, number))}" if number else "",
        description=card.description,
        address=", ".join(filter(None, [card.line, f"{card.postal_code} {card.city}".strip()])),
        distance=distance(card.distance_km),
        confirmed_at=card.confirmed_at,
    )


def kind_of(card: StructureCard) -> str:
    """The kind of structure, unless its name already says it."""
    kind = next((label for category, label in NAMES.items() if category == card.category), "")
    kind = kind or StructureCategory(card.category).label
    return "" if card.name.casefold().startswith(kind.casefold()) else kind


def structures_in_order(search: Search) -> tuple[StructureCard, ...]:
    """CPTS first: they are whom a regulator calls when no slot is left."""
    return tuple(sorted(search.found.structures, key=lambda card: card.category != StructureCategory.CPTS))
