"""The pages of an import: send a file, follow the check, look at the dry run, confirm, look at the result."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.communities import forms
from directory.communities.access import structure_page
from directory.communities.exports import lines_csv
from directory.communities.importing import imports
from directory.communities.importing.imports import ImportNotWaiting, ImportUnknown
from directory.communities.importing.progress import read_progress
from directory.communities.pages import space
from directory.communities.rights import Managed, Part, StructureOfSomebodyElse
from directory.effectors.access import person
from directory.models import ImportEffect, MemberImport
from sasportal.pagination import page_of

PAGE = 100
MOST_LISTED = 20
HERE = "directory:communities:imports"
ONE = "directory:communities:import"


@require_http_methods(["GET", "HEAD", "POST"])
@structure_page(Part.MEMBERS)
def upload(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Take a file; nothing of it is applied before somebody confirms."""
    form = forms.UploadForm(request.POST, request.FILES) if request.method == "POST" else forms.UploadForm()
    if form.is_bound and form.is_valid():
        opened = imports.open_import(actor=person(request), code=managed.code, lines=form.lines)
        return redirect(ONE, managed.code, opened.pk)
    context = space(request, managed, ("Importer une liste", "")) | {
        "form": form,
        "invites": imports.effect_of(managed) == ImportEffect.INVITE,
        "imports": imports.imports_of(managed.code)[:MOST_LISTED],
        "days": imports.KEEP.days,
    }
    return render(request, "communities/import_upload.html", context, status=422 if form.errors else 200)


@require_safe
@structure_page(Part.MEMBERS)
def one(request: HttpRequest, managed: Managed, import_id: UUID) -> HttpResponse:
    """Show where the import stands and, once checked, each line with what becomes of it."""
    found = _import_or_404(managed, import_id)
    form = forms.LineFilter(request.GET)
    progress = read_progress(found)
    context = space(request, managed, ("Importer une liste", reverse(HERE, args=[managed.code])), ("Suivi", ""))
    context |= {"found": found, "progress": progress, "form": form, "mine": imports.may_go_on(managed, found)}
    if not progress.at_work:
        context["page"] = page_of(imports.lines_of(found, form.value("resultat")), form.value("page"), size=PAGE)
    return render(request, "communities/import_detail.html", context)


@require_safe
@structure_page(Part.MEMBERS)
def state(request: HttpRequest, managed: Managed, import_id: UUID) -> HttpResponse:
    """A fragment: how far the work has come."""
    found = _import_or_404(managed, import_id)
    return render(request, "communities/_import_progress.html", {"progress": read_progress(found)})


@require_safe
@structure_page(Part.MEMBERS)
def lines(request: HttpRequest, managed: Managed, import_id: UUID) -> HttpResponse:
    """Every line with what became of it, as a spreadsheet file."""
    found = _import_or_404(managed, import_id)
    chosen = imports.lines_of(found, forms.LineFilter(request.GET).value("resultat"))
    response = HttpResponse("".join(lines_csv(chosen)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{managed.code}-{found.created_at:%Y-%m-%d}.csv"'
    return response


@require_POST
@structure_page(Part.MEMBERS)
def confirm(request: HttpRequest, managed: Managed, import_id: UUID) -> HttpResponse:
    return _decided(request, managed, import_id, imports.confirm)


@require_POST
@structure_page(Part.MEMBERS)
def abandon(request: HttpRequest, managed: Managed, import_id: UUID) -> HttpResponse:
    return _decided(request, managed, import_id, imports.abandon)


def _decided(request: HttpRequest, managed: Managed, import_id: UUID, decide: Any) -> HttpResponse:
    """Confirm or abandon; said twice, the first time counts."""
    found = _import_or_404(managed, import_id)
    try:
        decide(actor=person(request), member_import=found)
    except StructureOfSomebodyElse:
        raise PermissionDenied from None
    except ImportNotWaiting:
        messages.warning(request, "Cet import n’attend pas de confirmation : voici où il en est.")
    return redirect(ONE, managed.code, import_id)


def _import_or_404(managed: Managed, import_id: UUID) -> MemberImport:
    try:
        return imports.load_import(managed=managed, import_id=import_id)
    except ImportUnknown:
        raise Http404 from None
