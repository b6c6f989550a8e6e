"""My appointments: next, others, past; one of them; cancel, undo, move, put it in one's calendar."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agenda.patients.limits import may as may_search
from agenda.patients.limits import too_many
from agenda.patients.owning import owner_of
from booking.patients import asked, changing, drafts, moving, notices, replacing
from booking.patients.access import booking_page, bookings_of, may
from booking.patients.calendar import calendar_of
from booking.patients.changing import NotCancellable, SlotFull, SlotGone, SlotPast, TooLateToUndo, undoable
from booking.patients.editor_slots import others_at_editor
from booking.patients.forms import ListForm, MoveForm
from booking.patients.lines import alternative, booking_line, meeting_line
from booking.patients.meetings import Shown
from booking.patients.models import OPEN_STATES, Booking, BookingState, PersonKind, Scope
from booking.patients.people import people_of
from booking.patients.told import event_lines
from booking.patients.wizard import REFUSALS
from sasportal.accounts.patients.access import patient, second_factor_required
from sasportal.wording import several

PAST_SHOWN = 50
MOVES_SHOWN = 30


@require_safe
@second_factor_required
def appointment_list(request: HttpRequest) -> HttpResponse:
    account, now = patient(request), timezone.now()
    form = ListForm(request.GET)
    chosen = form.cleaned_data["pour"] if form.is_valid() else None
    found = bookings_of(account)
    if chosen:
        found = found.filter(person_id=chosen)
    coming = [booking_line(one) for one in found.filter(state__in=OPEN_STATES, end__gt=now).order_by("start")]
    past = found.exclude(state__in=OPEN_STATES, end__gt=now).order_by("-start")[:PAST_SHOWN]
    context = {
        "next": coming[0] if coming else None,
        "others": coming[1:],
        "others_count": several(len(coming) - 1, "autre rendez-vous à venir", "autres rendez-vous à venir"),
        "past": [booking_line(one) for one in past],
        "people": _filters(account, str(chosen or "")),
        "chosen": chosen,
        "failed": notices.failed([line.booking for line in coming]),
    }
    return render(request, "patient/booking/list.html", context)


def _filters(account: Any, chosen: str) -> list[tuple[str, str, bool]]:
    """(id, name, current) of those with appointments here; nothing to choose from with one alone."""
    ids = set(bookings_of(account).exclude(person=None).values_list("person_id", flat=True))
    known = [one for one in people_of(account) if one.pk in ids and one.readable]
    names = {str(one.pk): "moi" if one.kind == PersonKind.SELF else _first_name(one) for one in known}
    return [(pk, name, pk == chosen) for pk, name in names.items()] if len(names) > 1 else []


def _first_name(person: Any) -> str:
    return drafts.opened(person).get("given_name", "")


@require_safe
@booking_page
def detail(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Confirmation at first, the appointment afterwards; who did or read what of it."""
    account, now = patient(request), timezone.now()
    ahead = booking.state in OPEN_STATES and booking.start > now
    others, replacement = _instead(request, booking), replacing.replacement_of(booking)
    context = {
        "line": booking_line(booking),
        "cancellable": ahead and may(account, booking, Scope.CANCEL),
        "movable": moving.movable(booking, replacement) and may(account, booking, Scope.BOOK),
        "undoable": undoable(booking) and may(account, booking, Scope.CANCEL),
        "pending": booking.state == BookingState.PENDING,
        "refused": booking.state == BookingState.REFUSED,
        "alternatives": None if others is None else [alternative(one.slot) for one in others],
        "untold": booking.editor_id is not None and booking.state != BookingState.PENDING and asked.late(booking),
        "replacement": replacement,
        "kept": booking_line(old) if (old := replacing.kept(booking)) else None,
        "before": booking_line(old) if (old := replacing.replaced(booking)) else None,
        "hours": changing.hours_before(booking.practitioner),
        "failed": bool(notices.failed([booking])),
        "events": event_lines(booking, account),
    }
    return render(request, "patient/booking/detail.html", context)


def _instead(request: HttpRequest, booking: Booking) -> list[Shown] | None:
    """Other places, for whom his editor refused; None where there is nothing to show, or the search is forgotten."""
    if booking.state != BookingState.REFUSED or booking.start <= timezone.now():
        return None
    return others_at_editor(booking, booking.search, owner=owner_of(request))


@require_safe
@booking_page
def calendar(request: HttpRequest, booking: Booking) -> HttpResponse:
    response = HttpResponse(calendar_of(booking), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rendez-vous.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@booking_page
def cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask once, say what it means; late, say it is late. Always possible before it begins."""
    account = patient(request)
    if not may(account, booking, Scope.CANCEL):
        raise PermissionDenied
    if request.method == "POST":
        try:
            changing.cancel(actor=account, booking=booking)
            undo = " Vous avez 10 minutes pour le reprendre." if booking.occurrence_id is not None else ""
            messages.success(request, f"Votre rendez-vous est annulé.{undo}")
        except NotCancellable:
            messages.error(request, "Ce rendez-vous ne peut plus être annulé ici : il est passé, ou l’est déjà.")
        return redirect("booking:patient:detail", booking.pk)
    context = {
        "line": booking_line(booking),
        "late": changing.is_late(booking),
        "hours": changing.hours_before(booking.practitioner),
    }
    return render(request, "patient/booking/cancel.html", context)


@require_POST
@booking_page
def undo(request: HttpRequest, booking: Booking) -> HttpResponse:
    account = patient(request)
    if not may(account, booking, Scope.CANCEL):
        raise PermissionDenied
    try:
        changing.undo(actor=account, booking=booking)
        messages.success(request, "Votre rendez-vous est de nouveau réservé.")
    except TooLateToUndo:
        messages.error(request, "Les 10 minutes sont passées : prenez un nouveau rendez-vous.")
    except (SlotFull, SlotPast, SlotGone) as refused:
        messages.error(request, f"{REFUSALS[type(refused)]} Prenez un nouveau rendez-vous.")
    return redirect("booking:patient:detail", booking.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@booking_page
def move(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Choose another time with the same practitioner: held, then checked and confirmed like a new one."""
    if not may(patient(request), booking, Scope.BOOK):
        raise PermissionDenied
    if not moving.movable(booking, replacing.replacement_of(booking)):
        messages.error(request, "Ce rendez-vous ne peut plus être déplacé.")
        return redirect("booking:patient:detail", booking.pk)
    # Choosing may ask the editor as well: what was chosen is checked, or what is left is shown
    if booking.editor_id is not None and not may_search(request, "search"):
        return too_many(request)
    return _moved(request, booking) if request.method == "POST" else _times(request, booking)


def _times(request: HttpRequest, booking: Booking, *, refused: str = "") -> HttpResponse:
    times = moving.other_times(booking, owner=owner_of(request))
    context = {
        "line": booking_line(booking),
        "meeting": meeting_line(booking),
        "offers": [alternative(one.slot) for one in times.offers[:MOVES_SHOWN]],
        "search": times.search,
        "silent": times.silent,
        "refused": refused,
    }
    return render(request, "patient/booking/move.html", context, status=409 if refused else 200)


def _moved(request: HttpRequest, booking: Booking) -> HttpResponse:
    form, owner = MoveForm(request.POST), owner_of(request)
    try:
        if not form.is_valid():
            raise SlotGone
        search = form.cleaned_data["recherche"]
        shown = moving.chosen(booking, form.cleaned_data["creneau"], search, owner=owner)
        draft = drafts.begin_move(
            owner=owner, booking=booking, shown=shown, account=patient(request), search=search
        )  # fmt: skip
    except (SlotFull, SlotPast, SlotGone) as refused:
        return _times(request, booking, refused=REFUSALS[type(refused)])
    return redirect("booking:patient:check", draft.pk)
