"""The list of structures, and the overview of one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from directory.communities import forms
from directory.communities.access import structure_page
from directory.communities.hours import week_in_words
from directory.communities.listing import described, structures_of
from directory.communities.pages import space
from directory.communities.profile import ProfileChanged, confirm_profile, read_profile
from directory.communities.rights import Managed, Part, managed_codes
from directory.communities.standings import read_standings
from directory.effectors.access import person
from directory.structures import structure_card
from sasportal.accounts.models import Role
from sasportal.accounts.roles import has_role, role_required
from sasportal.pagination import page_of

PAGE = 25
CHANGED = "La fiche vient d’être modifiée par quelqu’un d’autre : relisez-la, puis recommencez."


@require_safe
@role_required(Role.STRUCTURE_MANAGER, Role.DELEGATE, Role.ADMIN)
def structure_list(request: HttpRequest) -> HttpResponse:
    """List the structures one manages; who manages a single one goes straight to it."""
    actor, is_admin = person(request), has_role(request.user, Role.ADMIN)
    if not is_admin and len(codes := managed_codes(actor)) == 1:
        return redirect("directory:communities:overview", codes[0])
    form = forms.StructureFilter(request.GET)
    found = structures_of(actor, text=form.value("q"), category=form.value("categorie"))
    page = page_of(found, form.value("page"), size=PAGE)
    lines = described(list(page), now=timezone.now())
    context = {"form": form, "page": page, "is_admin": is_admin, "lines": lines}
    return render(request, "communities/structure_list.html", context)


@require_safe
@structure_page()
def overview(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Show what regulators see, and what waits for somebody."""
    context = space(request, managed) | {
        "card": structure_card(managed.code),
        "standings": read_standings(managed, now=timezone.now()),
    }
    if Part.PROFILE in managed.parts:
        profile = read_profile(managed.code)
        context |= {
            "profile": profile,
            "due": profile.due(timezone.now()),
            "week": week_in_words(profile.said.opening_hours),
            "confirm": forms.SeenForm(initial={"vu": profile.said.fingerprint}),
        }
    return render(request, "communities/structure_overview.html", context)


@require_POST
@structure_page(Part.PROFILE)
def confirm(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Vouch for the profile as it was shown."""
    form = forms.SeenForm(request.POST)
    form.is_valid()
    try:
        confirm_profile(actor=person(request), code=managed.code, seen=form.cleaned_data.get("vu", ""))
    except ProfileChanged:
        messages.warning(request, CHANGED)
    else:
        messages.success(request, "C’est noté : la fiche est confirmée à la date d’aujourd’hui.")
    return redirect("directory:communities:overview", managed.code)
