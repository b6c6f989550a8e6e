"""The members of a structure: the list, its export, and ending a membership."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from directory.communities import forms
from directory.communities.access import structure_page
from directory.communities.exports import members_csv
from directory.communities.members import Member, chosen, end_membership, read_members
from directory.communities.pages import space
from directory.communities.rights import Managed, Part
from directory.effectors.access import person
from directory.participation.refusals import PractitionerUnknown
from sasportal.pagination import page_of
from sasportal.wording import several

PAGE = 100
HERE = "directory:communities:members"


@require_safe
@structure_page(Part.MEMBERS)
def members(request: HttpRequest, managed: Managed) -> HttpResponse:
    """List who takes part through the structure, by name."""
    form = forms.MemberFilter(request.GET)
    everybody = read_members(managed.code, zone=managed.zone, now=timezone.now())
    found = chosen(everybody, form.value("q"))
    context = space(request, managed, ("Membres", "")) | {
        "form": form,
        "page": page_of(found, form.value("page"), size=PAGE),
        "total": several(len(everybody), "membre", "membres"),
        "narrowed": len(found) < len(everybody),
    }
    return render(request, "communities/member_list.html", context)


@require_safe
@structure_page(Part.MEMBERS)
def export(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The same list as a spreadsheet file."""
    form = forms.MemberFilter(request.GET)
    now = timezone.now()
    found = chosen(read_members(managed.code, zone=managed.zone, now=now), form.value("q"))
    response = HttpResponse("".join(members_csv(found)), content_type="text/csv; charset=utf-8")
    name = f"membres-{managed.code}-{timezone.localdate(now)}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@structure_page(Part.MEMBERS)
def end(request: HttpRequest, managed: Managed, national_id: str) -> HttpResponse:
    """Ask, then end a membership."""
    member = _member_or_404(managed, national_id)
    if request.method == "POST":
        try:
            ended = end_membership(actor=person(request), code=managed.code, national_id=national_id)
        except PractitionerUnknown:
            raise Http404 from None
        if ended:
            messages.success(request, f"{member.name} ne participe plus par cette structure.")
        return redirect(HERE, managed.code)
    crumbs = ("Membres", reverse(HERE, args=[managed.code])), ("Mettre fin", "")
    return render(request, "communities/member_end.html", space(request, managed, *crumbs) | {"member": member})


def _member_or_404(managed: Managed, national_id: str) -> Member:
    everybody = read_members(managed.code, zone=managed.zone, now=timezone.now())
    member = next((one for one in everybody if one.national_id == national_id), None)
    if member is None:
        raise Http404
    return member
