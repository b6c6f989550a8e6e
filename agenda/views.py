"""The regulator's pages: search, cards that fill in, CPTS, and why a slot is not shown."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from agenda import addresses
from agenda.association_cards import AssociationCard
from agenda.board import Board
from agenda.cards_view import shown_name
from agenda.forms import CARDS_AT_ONCE, WORD_OF_MODE, ContextualCallForm, RetryForm, SearchForm, ViewForm
from agenda.opening import WhatUnknown, WhereUnknown, open_from, open_members
from agenda.pages import CptsPage, ResultsPage
from agenda.progress import Card
from agenda.received import slot_lines
from agenda.rendering import cards_html, update
from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, ask_again, landed, load_search
from agenda.visibility import Viewer
from directory.places import Near
from directory.search import structure_card
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import has_role, is_ioa, role_required

SEARCHERS = (Role.REGULATOR, Role.ADMIN)
# Who may have a search of his own to follow: an effector and his delegate see what the 15 sees
FOLLOWERS = (*SEARCHERS, Role.EFFECTOR, Role.DELEGATE)


@require_GET
@role_required(*SEARCHERS)
def search(request: HttpRequest) -> HttpResponse:
    """Show the empty page, a fresh search, or one already open (`recherche`)."""
    view = ViewForm(request.GET)
    if view.value("recherche", None):
        return _search_again(request, view)
    contextual = ContextualCallForm.asked(request.GET)
    form = form_of(request, ContextualCallForm(request.GET).as_search() if contextual else request.GET or None)
    if not form.is_bound or not form.is_valid():
        return render(request, "agenda/search.html", {"form": form})
    return _fresh_search(request, form)


def _fresh_search(request: HttpRequest, form: SearchForm) -> HttpResponse:
    try:
        opened = open_from(form.cleaned_data, owner=owner_of(request))
    except WhatUnknown as unknown:
        form.refuse("quoi", "Aucune spécialité, aucun professionnel ni aucune structure de ce nom.")
        other = links(form, "quoi", unknown.suggestions)
        return render(request, "agenda/search.html", {"form": form, "try_what": other})
    except WhereUnknown as unknown:
        form.refuse("ou", "Ce lieu n’est pas connu : essayez une commune, un code postal ou un département.")
        other = links(form, "ou", unknown.suggestions)
        return render(request, "agenda/search.html", {"form": form, "try_where": other})
    return _results(request, form, opened, ViewForm(request.GET))


def _search_again(request: HttpRequest, view: ViewForm) -> HttpResponse:
    """Show an open search; the address of somebody else's opens the same search afresh."""
    try:
        found = load_search(view.cleaned_data["recherche"], owner=owner_of(request))
    except SearchOfSomebodyElse:
        form = form_of(request, request.GET)
        return _fresh_search(request, form) if form.is_valid() else redirect("agenda:search")
    except SearchExpired:
        form = form_of(request, request.GET)
        again = addresses.asked(form) if form.is_valid() else ""
        return render(request, "agenda/search.html", {"form": form, "expired": True, "again": again}, status=410)
    form = form_of(request, request.GET if "quoi" in request.GET else words_of(found))
    form.is_valid()
    return _results(request, form, found, view)


def _results(request: HttpRequest, form: SearchForm, found: Search, view: ViewForm) -> HttpResponse:
    board = board_of(found)
    page = ResultsPage(board=board, form=form, view=view, can_choose=may_choose(request.user, found))
    context = {"form": form, "page": page, "can_explain": has_role(request.user, Role.ADMIN)}
    return render(request, "agenda/search.html", context)


@require_GET
@role_required(*FOLLOWERS)
def cards(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """More cards (`depuis`), or what changed after an event (`apres`): the page without its stream."""
    view = ViewForm(request.GET)
    board = board_of(search_or_404(request, search_id))
    shown = view.value("cartes", CARDS_AT_ONCE)
    may = rights(request, board.search)
    if view.value("depuis", 0):
        start = view.cleaned_data["depuis"]
        page = board.cards[start : start + shown]
        html = cards_html(board, page, first=start + 1, **may)
        more = len(board.cards) > start + len(page)
        return JsonResponse({"html": html, "shown": start + len(page), "more": more})
    everyone = frozenset(card.candidate.national_id for card in board.cards)
    everyone |= {card.association.structure_id for card in board.associations}
    return JsonResponse(update(board, everyone, shown=shown, can_choose=may["can_choose"]))


@require_POST
@role_required(*FOLLOWERS)
def retry(request: HttpRequest, search_id: UUID) -> HttpResponse:
    return retried(request, search_or_404(request, search_id), to=reverse("agenda:search"))


def retried(request: HttpRequest, found: Search, *, to: str) -> HttpResponse:
    """Ask one editor again, and show the search at `to`; scripts want no page back."""
    form = RetryForm(request.POST)
    if not form.is_valid() or form.cleaned_data["editeur"] not in {q.editor_id for q in found.questions}:
        raise Http404
    ask_again(found, form.cleaned_data["editeur"])
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=204)
    return redirect(addresses.address({"recherche": found.id}, to=to))


@require_GET
@role_required(*SEARCHERS)
def cpts(request: HttpRequest, finess: str) -> HttpResponse:
    """The CPTS's own card and all who take part through it; `origine` leads back to the search it came from."""
    view = ViewForm(request.GET)
    structure = structure_card(finess)
    if structure is None:
        raise Http404
    found = members_search(request, view) or open_members(structure, owner=owner_of(request))
    page = CptsPage(
        board=board_of(found), view=view, structure=structure, origin=view.value("origine", None),
        can_choose=may_choose(request.user, found),
    )  # fmt: skip
    return render(request, "agenda/cpts.html", {"page": page, "can_explain": has_role(request.user, Role.ADMIN)})


@require_GET
@role_required(Role.ADMIN)
def why(request: HttpRequest, search_id: UUID, national_id: str) -> HttpResponse:
    """Every slot received for one practitioner (or SOS association), and the rule that hid it."""
    board = board_of(search_or_404(request, search_id))
    card = card_or_404(board, national_id)
    context = {
        "board": board,
        "title": shown_name(card.candidate) if isinstance(card, Card) else card.association.name,
        "lines": slot_lines(card),
        "back_url": addresses.address({"recherche": search_id}),
    }
    return render(request, "agenda/why.html", context)


def members_search(request: HttpRequest, view: ViewForm) -> Search | None:
    if not view.value("recherche", None):
        return None
    try:
        return load_search(view.cleaned_data["recherche"], owner=owner_of(request))
    except (SearchExpired, SearchOfSomebodyElse):
        return None


def board_of(found: Search) -> Board:
    board = Board(found, now=timezone.now())
    board.take(landed(found))
    return board


def card_or_404(board: Board, national_id: str) -> Card | AssociationCard:
    try:
        return board.association(national_id) if national_id.startswith("3") else board.card(national_id)
    except KeyError:
        raise Http404 from None


def form_of(request: HttpRequest, said: Mapping[str, Any] | None) -> SearchForm:
    return SearchForm(said, ioa=is_ioa(request.user))


def may_choose(user: Any, found: Search) -> bool:
    return found.viewer is Viewer.REGULATOR and has_role(user, Role.REGULATOR)


def search_or_404(request: HttpRequest, search_id: UUID) -> Search:
    """Load and authorise: a search is its owner's alone."""
    try:
        return load_search(search_id, owner=owner_of(request))
    except SearchExpired:
        raise Http404 from None
    except SearchOfSomebodyElse:
        raise PermissionDenied from None


def owner_of(request: HttpRequest) -> str:
    assert isinstance(request.user, User)
    return str(request.user.technical_id)


def rights(request: HttpRequest, found: Search) -> dict[str, bool]:
    return {
        "can_choose": may_choose(request.user, found),
        "can_explain": has_role(request.user, Role.ADMIN),
    }


def words_of(found: Search) -> dict[str, Any]:
    """What had been typed, for an address that kept only the search's number."""
    return {
        "quoi": found.what,
        "ou": where_of(found.near),
        "mode": WORD_OF_MODE[found.filters.mode],
        "consultation": list(found.filters.consultation),
        "type": list(found.filters.slot_types),
        "sous": str(found.filters.within_hours),
        "secteur": found.filters.convention_sector,
        "cpts": found.filters.cpts,
        "origin": found.origin,
    }


def where_of(near: Near) -> str:
    """The place in words that lead back to it: an address is written without the department's code."""
    return re.sub(r" \(\w+\)$", "", near.label) if near.kind == "address" else near.label


def links(form: SearchForm, field: str, suggestions: list[str]) -> list[tuple[str, str]]:
    return [(text, addresses.asked(form, **{field: text})) for text in suggestions]
