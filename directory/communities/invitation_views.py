"""The invitations of a structure: look for somebody, invite, take back."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from directory.communities import forms
from directory.communities.access import structure_page
from directory.communities.pages import space
from directory.communities.rights import Managed, Part
from directory.communities.sent import read_sent
from directory.effectors.access import person
from directory.models import Invitation
from directory.participation import invitations as inviting
from directory.participation.refusals import PractitionerUnknown
from directory.participation.standing import InvitationRefused, standing
from directory.practitioners_found import PractitionerFound, find_practitioners
from sasportal.pagination import page_of

PAGE = 50
MOST_FOUND = 20
HERE = "directory:communities:invitations"


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """Somebody found; `because` says why he cannot be invited."""

    who: PractitionerFound
    because: str


@require_safe
@structure_page(Part.MEMBERS)
def invitations(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Look for somebody to invite; below, what was sent and what became of it."""
    search, pages = forms.InviteeSearch(request.GET), forms.PageFilter(request.GET)
    text = search.value("qui")
    found = invitees(managed, text) if text else []
    page = page_of(
        Invitation.objects.filter(structure=managed.code).order_by("-invited_at", "pk"), pages.value("page"), size=PAGE
    )
    context = space(request, managed, ("Invitations", "")) | {
        "search": search,
        "text": text,
        "found": found,
        "more": len(found) == MOST_FOUND,
        "most": MOST_FOUND,
        "page": page,
        "sent": read_sent(list(page), now=timezone.now()),
    }
    return render(request, "communities/invitation_list.html", context)


@require_POST
@structure_page(Part.MEMBERS)
def invite(request: HttpRequest, managed: Managed) -> HttpResponse:
    form = forms.InviteForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        inviting.invite(actor=person(request), structure=managed.code, national_id=form.cleaned_data["national_id"])
    except (InvitationRefused, PractitionerUnknown) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "L’invitation est envoyée. Elle reste ouverte 60 jours.")
    return redirect(HERE, managed.code)


@require_POST
@structure_page(Part.MEMBERS)
def withdraw(request: HttpRequest, managed: Managed, invitation_id: UUID) -> HttpResponse:
    invitation = Invitation.objects.filter(pk=invitation_id, structure=managed.code).first()
    if invitation is None:
        raise Http404
    try:
        inviting.withdraw(actor=person(request), invitation=invitation)
    except inviting.InvitationClosed:
        messages.warning(request, "Cette invitation n’attendait déjà plus de réponse : voyez son état ci-dessous.")
    else:
        messages.success(request, "L’invitation est retirée.")
    return redirect(HERE, managed.code)


def invitees(managed: Managed, text: str) -> list[Invitee]:
    """Who answers this text, and whether each can be invited."""
    found = find_practitioners(text, limit=MOST_FOUND)
    stand = standing(managed.code, [one.national_id for one in found], zone=managed.zone, now=timezone.now())
    return [Invitee(who=one, because=str(stand.refusal(one.national_id) or "")) for one in found]
