"""Taking an appointment in four steps: which one, for whom, why, confirm."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agenda.own.offer import KEY_PREFIX
from agenda.patients.owning import owner_of
from agenda.recheck import recheck
from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, load_search
from agenda.visibility import Viewer
from booking.patients import confirming, drafts, people
from booking.patients.confirming import Incomplete, MovedAlready, Overlaps, SlotFull, SlotGone, SlotPast, TooMany
from booking.patients.editor_slots import bookable_here
from booking.patients.forms import (
    MYSELF,
    NEW_CHILD,
    ConfirmForm,
    IdentityForm,
    ReasonForm,
    StartForm,
    WhoForm,
    initial_of,
    sent,
)
from booking.patients.limits import may_begin
from booking.patients.lines import REASONS, alternative, booking_line
from booking.patients.meetings import Shown, SlotUnknown, next_to, offered_now, shown_own
from booking.patients.models import Draft, PersonKind, Scope
from booking.patients.people import Identity, NotYours, identity_of
from booking.patients.wizard import JUST_BOOKED, account_of, expired, gone, open_step, signed_step, step, unavailable
from sasportal.accounts.patients.access import patient

TOO_MANY = (
    "Cette personne a déjà deux rendez-vous à venir dans cette spécialité. "
    "Annulez-en un pour prendre celui-ci : une place gardée pour rien manque à quelqu’un."
)
WHO = "booking:patient:who"


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Hold the chosen place and open the first step, or lead to the editor that takes no appointment from here."""
    if request.user.is_authenticated and account_of(request) is None:
        raise PermissionDenied
    form = StartForm(request.GET)
    if not form.is_valid():
        return expired(request, status=400)
    slot_key = form.cleaned_data["creneau"]
    try:
        search = load_search(form.cleaned_data["recherche"], owner=owner_of(request))
        if not slot_key.startswith(KEY_PREFIX):
            return _at_editor(request, search, slot_key)
        return _begin(request, search, slot_key)
    except SearchOfSomebodyElse:
        raise Http404 from None
    except (SearchExpired, SlotUnknown):
        return expired(request, status=410)


def _begin(request: HttpRequest, search: Search, slot_key: str) -> HttpResponse:
    shown = shown_own(search, slot_key)
    return _keep(request, search, shown, lambda: next_to(
        shown.slot.start, slot_key, offered_now(shown.candidate.national_id, now=timezone.now())
    ))  # fmt: skip


def _keep(request: HttpRequest, search: Search, shown: Shown, others: Callable[[], list[Shown]]) -> HttpResponse:
    if not may_begin(request):
        return render(request, "patient/booking/too_many_starts.html", status=429)
    try:
        draft = drafts.begin(
            owner=owner_of(request), shown=shown, search=search.id, account=account_of(request)
        )  # fmt: skip
    except (SlotFull, SlotPast, SlotGone) as refused:
        return unavailable(
            request, practitioner=shown.candidate.name, refused=refused, search=search.id, others=others()
        )  # fmt: skip
    return redirect("booking:patient:slot", draft.pk)


def _at_editor(request: HttpRequest, search: Search, slot_key: str) -> HttpResponse:
    """Check the place at its editor: kept here where it takes patients' appointments; else say it is booked there."""
    if search.viewer is not Viewer.PATIENT:
        raise SlotUnknown
    checked = recheck(search=search, slot_key=slot_key)
    if checked.slot is None and not checked.verified:
        raise SlotUnknown
    shown = bookable_here(search, checked.slot) if checked.slot else None
    if shown:
        others = [Shown(slot=one, candidate=shown.candidate) for one in checked.alternatives]
        return _keep(request, search, shown, lambda: others)
    context = {
        "slot": alternative(checked.slot) if checked.slot else None,
        "url": checked.slot.booking_url if checked.slot else "",
        "verified": checked.verified,
        "alternatives": [alternative(one) for one in checked.alternatives],
        "search": search.id,
    }
    return render(request, "patient/booking/leaving.html", context, status=200 if checked.slot else 409)


@require_safe
@open_step
def slot(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 1: the place, held. Whoever is not signed in signs in or up next."""
    return step(request, draft, 1, "step_slot", signed=account_of(request) is not None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_step
def who(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 2: for whom, among those this account books for."""
    account = patient(request)
    known = people.to_book_for(account, now=timezone.now())
    form = WhoForm(
        sent(request), known=known, initial={"pour": str(draft.person_id) if draft.person_id else None}
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["pour"]
        if chosen in {MYSELF, NEW_CHILD}:
            return redirect("booking:patient:identity", draft.pk, chosen)
        try:
            drafts.choose_person(draft, people.load(account, chosen, Scope.BOOK))
        except NotYours:
            raise Http404 from None
        return redirect("booking:patient:reason", draft.pk)
    return step(request, draft, 2, "step_who", form=form, status=422 if form.errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_step
def identity(request: HttpRequest, draft: Draft, who: str) -> HttpResponse:
    """Step 2 goes on: who that person is, asked once."""
    child = who == NEW_CHILD
    form = IdentityForm(sent(request), child=child, initial=_typed_before(request, draft, child=child))
    if request.method == "POST" and form.is_valid():
        written = people.add_child if child else people.write_self
        drafts.choose_person(draft, written(account=patient(request), who=form.identity))
        return redirect("booking:patient:reason", draft.pk)
    return step(
        request, draft, 2, "step_identity", form=form, child=child, status=422 if form.errors else 200
    )  # fmt: skip


def _typed_before(request: HttpRequest, draft: Draft, *, child: bool) -> dict[str, object]:
    """Back keeps everything: what was typed of this person; of a new child, the parent's phone."""
    if draft.person and draft.person.readable and (draft.person.kind == PersonKind.CHILD) == child:
        return initial_of(identity_of(draft.person))
    mine = _myself(request)
    return {"telephone": mine.phone} if child and mine else initial_of(mine)


def _myself(request: HttpRequest) -> Identity | None:
    known = people.to_book_for(patient(request), now=timezone.now())
    return next((who for person, who in known if person.kind == PersonKind.SELF), None)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_step
def reason(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 3: why, in a word."""
    if draft.person is None:
        return redirect(WHO, draft.pk)
    said = drafts.reason_of(draft)
    initial = {"motif": said.get("reason"), "precision": said.get("reason_text", "")}
    form = ReasonForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        answers = {"reason": form.cleaned_data["motif"], "reason_text": form.cleaned_data["precision"]}
        drafts.write_reason(draft, answers)
        return redirect("booking:patient:check", draft.pk)
    return step(request, draft, 3, "step_reason", form=form, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_step
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 4: everything once more; confirming books it."""
    if draft.person is None:
        return redirect(WHO, draft.pk)
    if not draft.readable:
        return redirect("booking:patient:reason", draft.pk)
    if request.method != "POST":
        return _check(request, draft, ConfirmForm())
    form = ConfirmForm(request.POST)
    form.full_clean()
    try:
        booking = confirming.confirm(
            actor=patient(request), draft=draft, knowingly=form.cleaned_data["chevauchement"]
        )  # fmt: skip
    except Overlaps:
        form.add_error("chevauchement", "Cochez cette case si vous voulez les deux rendez-vous.")
        return _check(request, draft, form, status=422)
    except MovedAlready as moved:
        messages.info(request, "Ce rendez-vous a déjà été déplacé : voici le nouveau. Rien d’autre n’a été réservé.")
        return redirect("booking:patient:detail", moved.replacement.pk)
    except TooMany:
        return _check(request, draft, form, refused=TOO_MANY, status=409)
    except (SlotFull, SlotPast, SlotGone) as refused:
        return gone(request, draft, refused)
    except (Incomplete, NotYours):
        return redirect(WHO, draft.pk)
    request.session[JUST_BOOKED] = [*request.session.get(JUST_BOOKED, []), str(booking.pk)][-5:]
    if booking.occurrence_id is not None:
        messages.success(
            request, "Votre rendez-vous est déplacé." if draft.moves else "Votre rendez-vous est confirmé."
        )
    return redirect("booking:patient:detail", booking.pk)


def _check(
    request: HttpRequest, draft: Draft, form: ConfirmForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    assert draft.person is not None  # noqa: S101 - looked at by the view
    said = drafts.reason_of(draft)
    return step(
        request, draft, 4, "step_check", form=form, status=status, refused=refused,
        person=identity_of(draft.person), reason=dict(REASONS).get(said.get("reason", ""), ""),
        reason_text=said.get("reason_text", ""),
        overlapping=[booking_line(one) for one in confirming.overlapping(draft, draft.person)],
    )  # fmt: skip


@require_POST
@open_step
def give_up(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Free the place at once."""
    drafts.give_up(draft)
    messages.success(request, "La place est libérée. Rien n’a été réservé.")
    return redirect("agenda:patient:home")
