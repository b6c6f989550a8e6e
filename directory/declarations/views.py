"""Declarations as administrators see them: the list, and one practitioner's history."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from directory.declarations.forms import DeclarationFilter
from directory.declarations.listing import declarations, described
from directory.effectors.rights import name_of
from directory.models import Practitioner
from directory.participation.history import history
from sasportal.accounts.models import Role
from sasportal.accounts.roles import role_required
from sasportal.pagination import page_of

PAGE = 50
TITLE = "Déclarations de participation"


@require_safe
@role_required(Role.ADMIN)
def declaration_list(request: HttpRequest) -> HttpResponse:
    form, now = DeclarationFilter(request.GET), timezone.now()
    found = declarations(text=form.value("q"), via=form.value("via"), state=form.value("etat"), now=now)
    page = page_of(found, form.value("page"), size=PAGE)
    context = {"form": form, "page": page, "lines": described(list(page), now=now)}
    return render(request, "declarations/declaration_list.html", context)


@require_safe
@role_required(Role.ADMIN)
def declaration_history(request: HttpRequest, national_id: str) -> HttpResponse:
    """Show who declared what for one practitioner, act by act."""
    if "\0" in national_id:
        raise Http404
    acts = history(national_id)
    who = Practitioner.objects.filter(national_id=national_id).first()
    if who is None and not acts:
        raise Http404
    name = name_of(who) if who else national_id
    crumbs = [(TITLE, reverse("directory:declarations:list")), (name, "")]
    context = {"national_id": national_id, "name": name, "left": who is None or who.closed_at, "acts": acts}
    return render(request, "declarations/declaration_history.html", context | {"trail": crumbs})
