"""Declaring how one takes part: what stands now, the form, its effect on the slots received, the order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agenda.board import Board
from agenda.effector.effects import effects
from agenda.effector.forms import DeclarationForm, InvitationForm, repeated
from agenda.effector.seen import seen_by_regulators
from agenda.forms import ViewForm
from agenda.own.offer import own_slots
from agenda.searches import landed
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.rights import Effector
from directory.models import Invitation
from directory.participation import Change, DeclarationRefused, check, declare, invitations, plan
from directory.participation.declaring import rows_ahead, stretch
from directory.participation.history import history, structure_names
from directory.participation.invitations import InvitationClosed, ThroughAnother
from directory.participation.projection import projected
from directory.participation.stretches import Stretch
from directory.participation.wording import in_words
from sasportal.accounts.models import DelegateScope, User

DECLARATION = DelegateScope.DECLARATION
CLOSED = "Cette invitation n’est plus ouverte : elle a reçu une réponse, a été retirée ou a expiré."


@require_safe
@effector_page(DECLARATION)
def participation(request: HttpRequest, effector: Effector) -> HttpResponse:
    """What is declared, in force and to come."""
    now = timezone.now()
    stretches = [stretch(row) for row in rows_ahead(effector.national_id, now=now)]
    context = {
        "declared": said(effector, stretches, now=now),
        "invitations": invited(effector),
        "acts": history(effector.national_id),
    }
    return render(request, "effector/participation.html", frame(request, effector) | context)


@require_safe
@effector_page(DECLARATION)
def ask(request: HttpRequest, effector: Effector) -> HttpResponse:
    """The form, empty, as it was, or as an invitation fills it in."""
    invitation = invitation_of(request, effector)
    given = request.GET if "via" in request.GET else None
    form = DeclarationForm(given, effector=effector, invitation=invitation, initial=first_answer(invitation))
    return _asked(request, effector, form, invitation)


@require_safe
@effector_page(DECLARATION)
def preview(request: HttpRequest, effector: Effector) -> HttpResponse:
    """Before and after, and which slots the change shows or hides: nothing is written."""
    invitation = invitation_of(request, effector)
    form = DeclarationForm(request.GET, effector=effector, invitation=invitation)
    if not possible(form, effector):
        return _asked(request, effector, form, invitation)
    if "recherche" not in request.GET:  # reloaded, the same answers are looked at
        search = seen_by_regulators(actor=person(request), national_id=effector.national_id)
        return redirect(f"{request.path}?{request.GET.urlencode()}&recherche={search.id}")
    context = _effect(request, effector, form) | {"form": form, "repeated": repeated(request.GET, form)}
    return render(request, "effector/preview.html", frame(request, effector) | context | {"invitation": invitation})


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
    """Write what was previewed; an invitation is accepted by the same act."""
    invitation = invitation_of(request, effector)
    form = DeclarationForm(request.POST, effector=effector, invitation=invitation)
    if form.is_valid():
        try:
            write(form, effector, invitation, actor=person(request))
        except DeclarationRefused as refused:
            form.refuse(refused)
        except (InvitationClosed, ThroughAnother):
            form.add_error(None, CLOSED)
    if form.errors:
        return _asked(request, effector, form, invitation)
    messages.success(request, "C’est enregistré. Les régulateurs le voient dès leur prochaine recherche.")
    return redirect("agenda:effector:participation", effector.national_id)


@require_POST
@effector_page(DECLARATION)
def decline(request: HttpRequest, effector: Effector) -> HttpResponse:
    """Say no to an invitation."""
    invitation = invitation_of(request, effector)
    if invitation is None:
        raise Http404
    try:
        invitations.decline(actor=person(request), invitation=invitation)
        messages.success(request, "L’invitation est refusée : la structure en est prévenue, rien d’autre ne change.")
    except InvitationClosed:
        messages.warning(request, CLOSED)
    return redirect("agenda:effector:participation", effector.national_id)


def write(form: DeclarationForm, effector: Effector, invitation: Invitation | None, *, actor: User) -> None:
    if invitation is None:
        declare(actor=actor, national_id=effector.national_id, declaration=form.declaration)
    else:
        invitations.accept(actor=actor, invitation=invitation, declaration=form.declaration)


def invitation_of(request: HttpRequest, effector: Effector) -> Invitation | None:
    """The invitation this page answers, if it answers one; somebody else's does not exist."""
    said = request.POST if request.method == "POST" else request.GET
    form = InvitationForm(said)
    if not form.is_valid():
        raise Http404
    number = form.cleaned_data["invitation"]
    found = Invitation.objects.filter(pk=number, national_id=effector.national_id).first() if number else None
    if number and found is None:
        raise Http404
    return found


def first_answer(invitation: Invitation | None) -> dict[str, Any]:
    filled = {"ou": "partout"}
    if invitation is not None:
        filled |= {"via": invitation.via, "structure": invitation.structure, "invitation": str(invitation.pk)}
    return filled


def invited(effector: Effector) -> list[tuple[Invitation, str]]:
    """Open invitations with the name of the structure that invites."""
    found = list(invitations.open_for(effector.national_id))
    names = structure_names(one.structure for one in found)
    return [(one, names.get(one.structure, one.structure)) for one in found]


def _asked(
    request: HttpRequest, effector: Effector, form: DeclarationForm, invitation: Invitation | None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "invitation": invitation}
    if invitation is not None:
        context["inviting"] = structure_names([invitation.structure]).get(invitation.structure, invitation.structure)
    status = 422 if form.errors else 200
    return render(request, "effector/declare.html", frame(request, effector) | context, status=status)


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
