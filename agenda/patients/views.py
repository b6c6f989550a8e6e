"""The patient's search: home, results that fill in, suggestions. Open to everybody, within limits."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_POST

from agenda import addresses
from agenda.forms import CARDS_AT_ONCE, ViewForm
from agenda.opening import WhatUnknown, WhereUnknown
from agenda.patients.forms import PatientSearchForm
from agenda.patients.limits import Action, may, too_many
from agenda.patients.needs import suggest
from agenda.patients.opening import open_for_patient
from agenda.patients.owning import known_owner, owner_of
from agenda.patients.pages import PatientPage
from agenda.patients.rendering import cards_html, update
from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, load_search
from agenda.views import board_of, retried, where_of
from directory import places
from directory.suggestions import Suggestion
from directory.views import LONGEST_TEXT, answer
from sasportal.accounts.models import UserKind

WHAT_UNKNOWN = "Nous ne connaissons pas ce nom : essayez une spécialité (« médecin généraliste ») ou un nom de famille."
WHERE_UNKNOWN = "Nous ne connaissons pas ce lieu : essayez le nom d’une commune ou un code postal."


def limited(action: Action) -> Callable[..., Any]:
    """Answer 429 beyond the limits of `action`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs) if may(request, action) else too_many(request)

        return guarded

    return decorate


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "patient/home.html", {"form": PatientSearchForm(), "next_appointment": coming(request)})


def coming(request: HttpRequest) -> str:
    """The signed-in patient's next appointment: markup of the app that keeps it, escaped unless it is marked safe."""
    is_patient = getattr(request.user, "kind", "") == UserKind.PATIENT
    if not (is_patient and settings.PATIENT_NEXT_APPOINTMENT):
        return ""
    written: str = import_string(settings.PATIENT_NEXT_APPOINTMENT)(request)
    return written


@login_not_required
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """Show a fresh search, or one already open (`recherche`)."""
    view = ViewForm(request.GET)
    if view.value("recherche", None):
        return _search_again(request, view)
    return _fresh_search(request, PatientSearchForm(request.GET))


def _fresh_search(request: HttpRequest, form: PatientSearchForm) -> HttpResponse:
    if not form.is_valid():
        return render(request, "patient/results.html", {"form": form})
    if not may(request, "search"):
        return too_many(request)
    try:
        opened = open_for_patient(form.cleaned_data, owner=owner_of(request))
    except WhatUnknown as unknown:
        form.refuse("quoi", WHAT_UNKNOWN)
        context = {"form": form, "try_what": links(form, "quoi", unknown.suggestions)}
        return render(request, "patient/results.html", context)
    except WhereUnknown as unknown:
        form.refuse("ou", WHERE_UNKNOWN)
        context = {"form": form, "try_where": links(form, "ou", unknown.suggestions)}
        return render(request, "patient/results.html", context)
    return _results(request, form, opened, ViewForm(request.GET))


def _search_again(request: HttpRequest, view: ViewForm) -> HttpResponse:
    """Show an open search; somebody else's, and one that is over, start again in one click."""
    form = PatientSearchForm(request.GET)
    try:
        found = load_search(view.cleaned_data["recherche"], owner=known_owner(request))
    except (SearchOfSomebodyElse, SearchExpired):
        again = addresses.asked(form, to=reverse("agenda:patient:results")) if form.is_valid() else ""
        context = {"form": form if again else PatientSearchForm(), "expired": True, "again": again}
        return render(request, "patient/results.html", context, status=410)
    if not may(request, "follow"):
        return too_many(request)
    form = form if form.is_valid() else PatientSearchForm(words_of(found))
    form.is_valid()
    return _results(request, form, found, view)


def _results(request: HttpRequest, form: PatientSearchForm, found: Search, view: ViewForm) -> HttpResponse:
    page = PatientPage(board=board_of(found), form=form, view=view, can_choose=True)
    return render(request, "patient/results.html", {"form": form, "page": page})


@login_not_required
@require_GET
@limited("follow")
def cards(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """More cards (`depuis`), or what changed after an event (`apres`): the page without its stream."""
    view = ViewForm(request.GET)
    board = board_of(search_or_404(request, search_id))
    shown = view.value("cartes", CARDS_AT_ONCE)
    if view.value("depuis", 0):
        start = view.cleaned_data["depuis"]
        page = board.cards[start : start + shown]
        more = len(board.cards) > start + len(page)
        html = cards_html(board, page, first=start + 1)
        return JsonResponse({"html": html, "shown": start + len(page), "more": more})
    everyone = frozenset(card.candidate.national_id for card in board.cards)
    return JsonResponse(update(board, everyone, shown=shown))


@login_not_required
@require_POST
@limited("search")
def retry(request: HttpRequest, search_id: UUID) -> HttpResponse:
    return retried(request, search_or_404(request, search_id), to=reverse("agenda:patient:results"))


@login_not_required
@require_GET
@limited("suggest")
def suggest_needs(request: HttpRequest) -> HttpResponse:
    return suggested(request, suggest)


@login_not_required
@require_GET
@limited("suggest")
def suggest_places(request: HttpRequest) -> HttpResponse:
    return suggested(request, places.suggest_places)


def suggested(request: HttpRequest, find: Callable[[str], list[Suggestion]]) -> HttpResponse:
    return answer(find(request.GET.get("q", "")[:LONGEST_TEXT]))


def search_or_404(request: HttpRequest, search_id: UUID) -> Search:
    """Load and authorise: a search is its browser's alone, and nobody learns that another's exists."""
    try:
        return load_search(search_id, owner=known_owner(request))
    except (SearchExpired, SearchOfSomebodyElse):
        raise Http404 from None


def words_of(found: Search) -> dict[str, Any]:
    """What had been typed, for an address that kept only the search's number."""
    chosen = found.filters.day
    opened_on = found.opened_at.astimezone(ZoneInfo(found.near.time_zone)).date()
    days = (chosen - opened_on).days if chosen else None
    return {
        "quoi": found.what,
        "ou": where_of(found.near),
        "consultation": list(found.filters.consultation),
        "secteur": found.filters.convention_sector,
        "jour": "" if days is None else str(days),
    }


def links(form: PatientSearchForm, field: str, suggestions: list[str]) -> list[tuple[str, str]]:
    to = reverse("agenda:patient:results")
    return [(text, addresses.asked(form, to=to, **{field: text})) for text in suggestions]
