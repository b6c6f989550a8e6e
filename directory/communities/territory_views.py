"""The pages of a CPTS's territory: add, remove, or replace the whole list after a preview."""

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from directory.communities import forms
from directory.communities.access import structure_page
from directory.communities.pages import space
from directory.communities.rights import Managed, Part
from directory.communities.territory import as_lines, change_territory, codes_of, named, read_territory
from directory.effectors.access import person
from sasportal.wording import listed, several

HERE = "directory:communities:territory"
MOST_NAMED = 8


@require_http_methods(["GET", "HEAD", "POST"])
@structure_page(Part.TERRITORY)
def territory(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Show the communes; POST adds some."""
    form = forms.CommunesForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        added, _ = change_territory(
            actor=person(request), code=managed.code, add=form.cleaned_data["communes"]
        )  # fmt: skip
        messages.success(request, _said(added, "ajoutée") if added else "Ces communes y étaient déjà.")
        return redirect(HERE, managed.code)
    communes = read_territory(managed.code)
    context = space(request, managed, ("Territoire", "")) | {
        "form": form,
        "communes": communes,
        "shared": sum(bool(one.also) for one in communes),
        "population": sum(one.population for one in communes),
    }
    return render(request, "communities/territory_edit.html", context, status=422 if form.errors else 200)


@require_POST
@structure_page(Part.TERRITORY)
def remove(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Remove the communes ticked."""
    form = forms.RemovalForm(request.POST, held=codes_of(managed.code))
    if not form.is_valid():
        messages.warning(request, "Cochez d’abord les communes à retirer.")
        return redirect(HERE, managed.code)
    _, removed = change_territory(
        actor=person(request), code=managed.code, remove=form.cleaned_data["retirer"]
    )  # fmt: skip
    messages.success(request, _said(removed, "retirée") if removed else "Ces communes n’y étaient déjà plus.")
    return redirect(HERE, managed.code)


@require_http_methods(["GET", "HEAD", "POST"])
@structure_page(Part.TERRITORY)
def replace(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Write the whole list; what comes and goes is shown before it is saved."""
    held = codes_of(managed.code)
    initial = {"liste": as_lines(read_territory(managed.code))}
    form = forms.TerritoryForm(request.POST if request.method == "POST" else None, initial=initial, held=held)
    seen = None
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data["liste"]
        add, gone = sorted(set(wanted) - set(held)), sorted(set(held) - set(wanted))
        mark = hashlib.sha256(repr((held, sorted(wanted))).encode()).hexdigest()[:32]
        if "enregistrer" in request.POST and form.cleaned_data["vu"] == mark:
            change_territory(actor=person(request), code=managed.code, add=add, remove=gone)
            messages.success(request, f"C’est enregistré : {several(len(wanted), 'commune', 'communes')}.")
            return redirect(HERE, managed.code)
        seen = {"add": named(add), "gone": named(gone), "mark": mark}
    context = space(request, managed, ("Territoire", _here(managed)), ("Toute la liste", ""))
    context |= {"form": form, "seen": seen}
    return render(request, "communities/territory_replace.html", context, status=422 if form.errors else 200)


def _here(managed: Managed) -> str:
    return reverse(HERE, args=[managed.code])


def _said(codes: list[str], what: str) -> str:
    """ "2 communes ajoutées : Agen (47001) et Boé (47031)."; long lists are only counted."""
    counted = several(len(codes), f"commune {what}", f"communes {what}s")
    return f"{counted} : {listed(named(codes))}." if len(codes) <= MOST_NAMED else f"{counted}."
