"""The door and the frame of every page of the wizard: which draft, whose, where one is among the four steps."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from agenda.own.offer import SlotFull, SlotGone, SlotPast
from agenda.patients.owning import owner_of
from booking.patients import drafts
from booking.patients.drafts import DraftUnknown
from booking.patients.editor_slots import others_at_editor
from booking.patients.lines import alternative, hour, meeting_line
from booking.patients.meetings import Shown, next_to, offered_now
from booking.patients.models import Booking, Draft, Person
from sasportal.accounts import signed_in
from sasportal.accounts.models import User
from sasportal.accounts.patients.access import is_patient, patient, patient_required, second_factor_first

View = Callable[..., HttpResponseBase]
STEPS = ("Le rendez-vous", "Pour qui", "Le motif", "Vérifier et confirmer")
# Booked in this very session: its confirmation is shown without a second factor
JUST_BOOKED = "patient_just_booked"
REFUSALS = {
    SlotFull: "Cette place vient d’être prise par quelqu’un d’autre.",
    SlotPast: "L’heure de ce rendez-vous est passée.",
    SlotGone: "Le cabinet vient de retirer ou de changer cet horaire.",
}


def account_of(request: HttpRequest) -> User | None:
    return patient(request) if is_patient(request.user) else None


def open_step(view: View) -> View:
    """Give the view its draft, its place held; no account is needed yet."""

    @wraps(view)
    def guarded(request: HttpRequest, draft_id: UUID, **more: Any) -> HttpResponseBase:
        try:
            draft = drafts.load(draft_id=draft_id, owner=owner_of(request), account=account_of(request))
        except DraftUnknown:
            return _after_all(request, draft_id)
        return _held(request, draft, view, **more)

    return login_not_required(guarded)


def signed_step(view: View) -> View:
    """The same for a signed-in patient: the draft becomes his; who has data here already proves a second factor."""

    @wraps(view)
    def guarded(request: HttpRequest, draft_id: UUID, **more: Any) -> HttpResponseBase:
        account = patient(request)
        try:
            draft = drafts.load(draft_id=draft_id, owner=owner_of(request), account=account)
            drafts.claim(draft, account)
        except DraftUnknown:
            return _after_all(request, draft_id)
        if not signed_in.strongly(request) and _has_data(account, draft):
            return second_factor_first(request)
        return _held(request, draft, view, **more)

    return patient_required(guarded)


def _has_data(account: User, draft: Draft) -> bool:
    """Is there anything here of this patient's health besides what he is typing now?"""
    if Booking.objects.filter(account=account).exists():
        return True
    return Person.objects.filter(account=account, created_at__lt=draft.began_at).exists()


def _held(request: HttpRequest, draft: Draft, view: View, **more: Any) -> HttpResponseBase:
    now = timezone.now()
    expired = draft.held_until <= now
    try:
        drafts.hold_again(draft, now=now)
    except (SlotFull, SlotPast, SlotGone) as refused:
        return gone(request, draft, refused)
    request.held_again = expired and draft.held_until > now  # type: ignore[attr-defined]
    return view(request, draft, **more)


def _after_all(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """Confirmed already (refresh, second tab): its page. Otherwise it is over, or somebody else's."""
    account = account_of(request)
    if account and Booking.objects.filter(pk=draft_id, account=account).exists():
        return redirect("booking:patient:detail", draft_id)
    return expired(request, status=404)


def expired(request: HttpRequest, *, status: int) -> HttpResponse:
    return render(request, "patient/booking/expired.html", status=status)


def gone(request: HttpRequest, draft: Draft, refused: Exception) -> HttpResponse:
    """Say that nothing was taken, and what is left nearby."""
    return unavailable(
        request, practitioner=draft.practitioner_name, refused=refused, draft=draft, others=_others(request, draft),
        search=draft.search,
    )  # fmt: skip


def _others(request: HttpRequest, draft: Draft) -> list[Shown]:
    if draft.editor_id is not None:
        return others_at_editor(draft, draft.search, owner=owner_of(request)) or []
    return next_to(draft.start, draft.slot_key, offered_now(draft.practitioner, now=timezone.now()))


def unavailable(request: HttpRequest, *, practitioner: str, refused: Exception, others: list[Any],
                search: UUID | None, draft: Draft | None = None) -> HttpResponse:  # fmt: skip
    context = {
        "sentence": REFUSALS[type(refused)],
        "practitioner": practitioner,
        "alternatives": [alternative(one.slot) for one in others],
        "search": search,
        "moves": draft.moves if draft else None,
    }
    return render(request, "patient/booking/gone.html", context, status=409)


def step(request: HttpRequest, draft: Draft, number: int, template: str, *, status: int = 200,
         **context: Any) -> HttpResponse:  # fmt: skip
    """Show one step: the indicator, the place held and until when, the question."""
    now = timezone.now()
    frame = {
        "draft": draft,
        "meeting": meeting_line(draft),
        "number": number,
        "total": len(STEPS),
        "label": STEPS[number - 1],
        "next_label": STEPS[number] if number < len(STEPS) else "",
        "held": held_words(draft, now),
        "seconds": max(0, int((draft.held_until - now).total_seconds())),
        "held_again": getattr(request, "held_again", False),
    }
    return render(request, f"patient/booking/{template}.html", frame | context, status=status)


def held_words(draft: Draft, now: datetime) -> str:
    return hour(draft.held_until, draft.time_zone) if draft.held_until > now else ""
