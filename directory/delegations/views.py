"""Naming delegates, and being one: the pages of both sides."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.communities.access import structure_page
from directory.communities.pages import space
from directory.communities.rights import Managed, Part, StructureOfSomebodyElse, StructureUnknown
from directory.delegations import forms, people, principals, requests
from directory.delegations.principals import Principal
from directory.delegations.refusals import DelegationClosed, DelegationRefused
from directory.delegations.requests import DelegationUnknown
from directory.delegations.shown import shown
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.rights import Effector, EffectorOfSomebodyElse, EffectorUnknown
from directory.models import DelegationRequest
from sasportal.accounts.models import User, UserKind

MINE = "directory:delegations:mine"
LIST = "delegations/delegate_list.html"
MOST = 100
ASKED = "La demande est enregistrée. Rien ne change tant que cette personne n’a pas accepté."


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page()
def of_practitioner(request: HttpRequest, effector: Effector) -> HttpResponse:
    """The delegates of a practitioner; only he and admins name or end them."""
    try:
        principal = principals.of_effector(effector, actor=person(request))
    except EffectorOfSomebodyElse:
        raise PermissionDenied from None
    return _delegates(request, principal, forms.DelegateForm, frame(request, effector))


@require_http_methods(["GET", "HEAD", "POST"])
@structure_page(Part.DELEGATES)
def of_structure(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The delegates of a structure; only its managers and admins name or end them."""
    context = space(request, managed, ("Délégués", ""))
    return _delegates(request, principals.of_managed(managed), forms.StructureDelegateForm, context)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask, then take a request back or end a delegation; its delegate may end it too."""
    found = DelegationRequest.objects.select_related("grant__user", "grant__territory").filter(pk=request_id).first()
    if found is None:
        raise Http404
    actor = person(request)
    is_delegate = found.grant is not None and found.grant.user_id == actor.pk
    try:
        back = reverse(MINE) if is_delegate else _home(principals.principal_of(found, actor=actor))
        if request.method == "POST":
            requests.end(actor=actor, request=found)
            messages.success(request, "C’est fait, avec effet immédiat.")
            return redirect(back)
    except (EffectorOfSomebodyElse, StructureOfSomebodyElse):
        raise PermissionDenied from None
    except (EffectorUnknown, StructureUnknown):
        raise Http404 from None
    except DelegationClosed as refused:
        messages.warning(request, str(refused))
        return redirect(back)
    [one] = shown([found], now=timezone.now())
    context = {"one": one, "is_delegate": is_delegate, "back": back, "trail": [("Délégués", back), ("Mettre fin", "")]}
    return render(request, "delegations/delegate_end.html", context)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Whom this person was asked to act for, and for whom she does."""
    actor = professional(request)
    found = shown(list(people.named(actor).order_by("-asked_at")), now=timezone.now())
    context = {
        "waiting": [one for one in found if one.waiting],
        "in_force": [one for one in found if one.in_force],
        "over": [one for one in found if not one.waiting and not one.in_force],
    }
    return render(request, "delegations/delegation_list.html", context)


@require_POST
def accept(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _answered(request, request_id, requests.accept, "Vous pouvez désormais agir pour {}.")


@require_POST
def decline(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _answered(request, request_id, requests.decline, "Vous avez refusé d’agir pour {}.")


def _delegates(
    request: HttpRequest, principal: Principal, form_class: type[forms.StructureDelegateForm], context: dict[str, Any]
) -> HttpResponse:
    form = form_class(request.POST if request.method == "POST" else None, initial=forms.fresh(timezone.localdate()))
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            requests.ask(
                actor=person(request), principal=principal, delegate=said["qui"], ends_on=said["jusquau"],
                scopes=form.scopes,
            )  # fmt: skip
        except DelegationRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, ASKED)
            return redirect(_home(principal))
    found = DelegationRequest.objects.filter(**principal.key).order_by("-asked_at")
    lines = shown(list(found.select_related("grant__user")[:MOST]), now=timezone.now())
    context |= {"form": form, "principal": principal, "lines": lines}
    return render(request, LIST, context, status=422 if form.errors else 200)


def _home(principal: Principal) -> str:
    """The page of a principal's delegates."""
    if principal.finess:
        return reverse("directory:delegations:of_structure", args=[principal.finess])
    return reverse("directory:delegations:of_practitioner", args=[principal.national_id])


def _answered(request: HttpRequest, request_id: UUID, answer: Any, sentence: str) -> HttpResponse:
    try:
        found = answer(actor=professional(request), request_id=request_id)
    except DelegationUnknown:
        raise Http404 from None
    except DelegationRefused as refused:
        messages.warning(request, str(refused))
    else:
        [one] = shown([found], now=timezone.now())
        messages.success(request, sentence.format(one.principal))
    return redirect(MINE)


def professional(request: HttpRequest) -> User:
    """Whoever is signed in on this side may have been asked; which requests are his is looked at one by one."""
    actor = person(request)
    if actor.kind != UserKind.PROFESSIONAL:
        raise PermissionDenied
    return actor
