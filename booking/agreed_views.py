"""What is agreed here rather than at an editor's: a place in the own agenda, a patient on top."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from agenda.cards_view import shown_name
from agenda.searches import Search, SearchExpired
from booking import own_slots
from booking.forms import ChoiceForm, OnTopForm, OwnSlotForm
from booking.lines import alternative, line, slot_line
from booking.models import Orientation
from booking.on_top import HourUnlikely, NotOnTop, Party, agree, party_of
from booking.own_slots import Offer, SlotFull, SlotGone, SlotPast, SlotUnknown
from booking.views import search_or_404, user_of
from sasportal.accounts.models import Role
from sasportal.accounts.roles import role_required

FRAGMENT = "X-SAS-Fragment"
FULL = "Cette plage vient d’être complétée. Rien n’a été pris."
PAST = "Ce créneau vient de commencer. Rien n’a été pris."
GONE = "Ce créneau vient d’être pris ou retiré par le professionnel. Rien n’a été pris."


@require_POST
@role_required(Role.REGULATOR)
def own(request: HttpRequest) -> HttpResponse:
    """Show the slot as it stands now, then take one place of it: two steps, one address."""
    form = OwnSlotForm(request.POST)
    if not form.is_valid():
        return expired(request, status=400)
    slot_key = form.cleaned_data["slot"]
    try:
        search = search_or_404(user_of(request), form.cleaned_data["search"])
        if form.cleaned_data["token"] is None:
            return _step(request, search, own_slots.look(search=search, slot_key=slot_key))
        return _take(request, search, slot_key, form.cleaned_data["token"])
    except (SearchExpired, SlotUnknown):
        return expired(request, status=410)


def _take(request: HttpRequest, search: Search, slot_key: str, token: uuid.UUID) -> HttpResponse:
    try:
        orientation = own_slots.take(actor=user_of(request), search=search, slot_key=slot_key, token=token)
    except SlotFull:
        return _step(request, search, own_slots.look(search=search, slot_key=slot_key), refused=FULL)
    except SlotPast:
        return _step(request, search, own_slots.look(search=search, slot_key=slot_key), refused=PAST)
    except SlotGone:
        return _step(request, search, own_slots.look(search=search, slot_key=slot_key), refused=GONE)
    return agreed(request, orientation)


def _step(request: HttpRequest, search: Search, offer: Offer, refused: str = "") -> HttpResponse:
    gone = bool(refused) or offer.slot is None
    context = {
        "search": search,
        "offer": offer,
        "who": shown_name(offer.candidate),
        "slot": slot_line(offer.slot or offer.shown),
        "refused": refused or ("" if offer.slot else GONE),
        "alternatives": [alternative(slot) for slot in offer.alternatives],
    }
    return shown(request, "own_step", context, status=409 if gone else 200)


@require_POST
@role_required(Role.REGULATOR)
def on_top(request: HttpRequest) -> HttpResponse:
    """Ask when and where a patient on top of the agenda was agreed, then note it: two steps, one address."""
    called = ChoiceForm(request.POST)
    if not called.is_valid():
        return expired(request, status=400)
    try:
        search = search_or_404(user_of(request), called.cleaned_data["search"])
        party = party_of(search, called.cleaned_data["slot"])
    except (SearchExpired, SlotUnknown, NotOnTop):
        return expired(request, status=410)
    form = _on_top_form(request, party)
    if form.is_bound and form.is_valid():
        try:
            return agreed(request, _noted(request, search, party, form))
        except HourUnlikely:
            form.add_error("heure", "Indiquez une heure à venir, dans les sept jours.")
        except SlotUnknown:
            form.add_error("lieu", "Choisissez un des lieux de ce professionnel.")
    return shown(request, "on_top_step", {"form": form, "party": party}, status=422 if form.errors else 200)


def _on_top_form(request: HttpRequest, party: Party) -> OnTopForm:
    if "token" in request.POST:
        return OnTopForm(request.POST, places=party.places, zone=party.zone)
    today = timezone.now().astimezone(ZoneInfo(party.zone)).date()
    initial = {
        "search": request.POST["search"], "slot": party.key, "token": uuid.uuid4(), "jour": today,
    }  # fmt: skip
    return OnTopForm(initial=initial, places=party.places, zone=party.zone)


def _noted(request: HttpRequest, search: Search, party: Party, form: OnTopForm) -> Orientation:
    said = form.cleaned_data
    return agree(
        actor=user_of(request), search=search, party=party, place_key=said["lieu"], start=form.start,
        token=said["token"],
    )  # fmt: skip


def agreed(request: HttpRequest, orientation: Orientation) -> HttpResponse:
    """Beside the list, the panel that follows it; on a page of its own, its page."""
    if request.headers.get(FRAGMENT):
        return render(request, "booking/_panel.html", {"line": line(orientation, timezone.now())}, status=201)
    return redirect("booking:detail", orientation.pk)


def shown(request: HttpRequest, name: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    template = f"booking/_{name}.html" if request.headers.get(FRAGMENT) else f"booking/{name}.html"
    return render(request, template, context, status=status)


def expired(request: HttpRequest, *, status: int) -> HttpResponse:
    if request.headers.get(FRAGMENT):
        return render(request, "booking/_panel_choice.html", {"state": "unknown"}, status=status)
    return render(request, "booking/orientation_expired.html", status=status)
