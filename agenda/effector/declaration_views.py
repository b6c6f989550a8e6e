"""Declaring how one takes part: what stands now, the form, its effect on the slots received, the order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agenda.board import Board
from agenda.effector.effects import effects
from agenda.effector.forms import DeclarationForm, repeated
from agenda.effector.seen import seen_by_regulators
from agenda.forms import ViewForm
from agenda.own.offer import own_slots
from agenda.searches import landed
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.rights import Effector
from directory.participation import Change, DeclarationRefused, check, declare, plan
from directory.participation.declaring import rows_ahead, stretch
from directory.participation.projection import projected, structure_names
from directory.participation.stretches import Stretch
from directory.participation.wording import in_words
from sasportal.accounts.models import DelegateScope

DECLARATION = DelegateScope.DECLARATION


@require_safe
@effector_page(DECLARATION)
def participation(request: HttpRequest, effector: Effector) -> HttpResponse:
    """What is declared, in force and to come."""
    now = timezone.now()
    stretches = [stretch(row) for row in rows_ahead(effector.national_id, now=now)]
    context = {"declared": said(effector, stretches, now=now)}
    return render(request, "effector/participation.html", frame(request, effector) | context)


@require_safe
@effector_page(DECLARATION)
def ask(request: HttpRequest, effector: Effector) -> HttpResponse:
    """The form, empty or as it was."""
    given = request.GET if "via" in request.GET else None
    form = DeclarationForm(given, effector=effector, initial={"ou": "partout"})
    return render(request, "effector/declare.html", frame(request, effector) | {"form": form})


@require_safe
@effector_page(DECLARATION)
def preview(request: HttpRequest, effector: Effector) -> HttpResponse:
    """Before and after, and which slots the change shows or hides: nothing is written."""
    form = DeclarationForm(request.GET, effector=effector)
    if not possible(form, effector):
        return render(request, "effector/declare.html", frame(request, effector) | {"form": form}, status=422)
    if "recherche" not in request.GET:  # reloaded, the same answers are looked at
        search = seen_by_regulators(actor=person(request), national_id=effector.national_id)
        return redirect(f"{request.path}?{request.GET.urlencode()}&recherche={search.id}")
    context = _effect(request, effector, form) | {"form": form, "repeated": repeated(request.GET, form)}
    return render(request, "effector/preview.html", frame(request, effector) | context)


@require_safe
@effector_page(DECLARATION)
def effect(request: HttpRequest, effector: Effector) -> HttpResponse:
    """The effect alone, for the page that follows it."""
    form = DeclarationForm(request.GET, effector=effector)
    if not possible(form, effector):
        return HttpResponse(status=422)
    return render(request, "effector/_effects.html", _effect(request, effector, form))


@require_POST
@effector_page(DECLARATION)
def confirm(request: HttpRequest, effector: Effector) -> HttpResponse:
    form = DeclarationForm(request.POST, effector=effector)
    if form.is_valid():
        try:
            declare(actor=person(request), national_id=effector.national_id, declaration=form.declaration)
        except DeclarationRefused as refused:
            form.refuse(refused)
    if form.errors:
        return render(request, "effector/declare.html", frame(request, effector) | {"form": form}, status=422)
    messages.success(request, "C’est enregistré. Les régulateurs le voient dès leur prochaine recherche.")
    return redirect("agenda:effector:participation", effector.national_id)


def possible(form: DeclarationForm, effector: Effector) -> bool:
    """Is the form complete, and would the declaration be taken?"""
    if not form.is_valid():
        return False
    try:
        check(national_id=effector.national_id, declaration=form.declaration, now=timezone.now())
    except DeclarationRefused as refused:
        form.refuse(refused)
        return False
    return True


def _effect(request: HttpRequest, effector: Effector, form: DeclarationForm) -> dict[str, Any]:
    now = timezone.now()
    number = ViewForm(request.GET).value("recherche", None)
    search = seen_by_regulators(actor=person(request), national_id=effector.national_id, search_id=number)
    board = Board(search, now=now)
    board.take(landed(search))
    change = plan(effector.national_id, form.declaration, now=now)
    after = projected(search.found.candidates[0], change, now=now)
    own = own_slots([after], window=search.window, now=now)
    return {
        "effects": effects(board.progress, after, own=own, done=board.done),
        "done": board.done,
        "change": _sides(effector, change, now=now),
    }


def _sides(effector: Effector, change: Change, *, now: datetime) -> dict[str, Any]:
    return {
        "nothing": change.nothing,
        "before": said(effector, change.before, now=now),
        "after": said(effector, change.after, now=now),
    }


def said(effector: Effector, stretches: Sequence[Stretch], *, now: datetime) -> list[str]:
    return in_words(
        stretches,
        structures=structure_names({one.structure for one in stretches if one.structure}),
        places={place.key: place.label for place in effector.places},
        zone=effector.zone(),
        now=now,
    )
