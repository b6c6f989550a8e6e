"""Choosing a slot, the panel beside the list, and "Mes orientations"."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, load_search
from booking import choices
from booking.exports import as_csv
from booking.forms import CancelForm, ChoiceForm, OrientationFilter, PanelForm
from booking.lines import Alternative, alternative, event_line, line
from booking.models import CancelReason, Orientation, OrientationState
from booking.orientations import Choice, NotConfirmable, SlotUnknown, confirm_by_phone, open_orientation
from booking.states import AGREED_HERE
from booking.undoing import NotCancellable, TooLateToUndo
from booking.undoing import cancel as cancel_orientation
from booking.undoing import undo as undo_orientation
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import role_required
from sasportal.audit import trail

MOST_LINES = 200


@require_http_methods(["GET", "POST"])
@role_required(Role.REGULATOR)
def choose(request: HttpRequest) -> HttpResponse:
    """Check the slot, record the orientation, lead to the editor's page."""
    if request.method == "GET":  # back from signing in: the choice was not sent
        return redirect("agenda:search")
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return render(request, "booking/orientation_expired.html", status=400)
    user, slot_key = user_of(request), form.cleaned_data["slot"]
    try:
        search = search_or_404(user, form.cleaned_data["search"])
        choices.remember(user, slot_key, choices.CHECKING)
        choice = open_orientation(actor=user, search=search, slot_key=slot_key, origin=trail.origin_of(request))
    except (SearchExpired, SlotUnknown):
        choices.remember(user, slot_key, choices.UNKNOWN)
        return render(request, "booking/orientation_expired.html", status=410)
    return _chosen(request, user, slot_key, search, choice)


def _chosen(request: HttpRequest, user: User, slot_key: str, search: Search, choice: Choice) -> HttpResponse:
    others = [alternative(slot) for slot in choice.alternatives]
    context: dict[str, Any] = {"search": search, "alternatives": others}
    if choice.orientation is None:
        plain = [asdict(one) for one in others]
        choices.remember(user, slot_key, choices.GONE, alternatives=plain)
        return render(request, "booking/orientation_gone.html", context, status=409)
    choices.remember(user, slot_key, choices.OPENED)
    context["line"] = line(choice.orientation, timezone.now())
    if choice.orientation.state != OrientationState.OPENED:
        return render(request, "booking/orientation_already.html", context)
    if not choice.orientation.booking_url:
        return render(request, "booking/orientation_phone.html", context)
    return render(request, "booking/orientation_leaving.html", context | {"verified": choice.verified})


@require_GET
@role_required(Role.REGULATOR)
def panel(request: HttpRequest) -> HttpResponse:
    """A fragment: where the slot just chosen stands. Says the same twice in the same bytes."""
    form = PanelForm(request.GET)
    if not form.is_valid():
        raise Http404
    user, slot_key = user_of(request), form.cleaned_data["slot"]
    kept = choices.remembered(user, slot_key)
    state = kept.get("state", "")
    if state in {choices.CHECKING, choices.GONE, choices.UNKNOWN}:
        others = [Alternative(**one) for one in kept.get("alternatives", [])]
        return render(request, "booking/_panel_choice.html", {"state": state, "alternatives": others})
    mine = latest_of(user, slot_key)
    context = {"state": "", "line": line(mine, timezone.now()) if mine else None}
    return render(request, "booking/_panel.html" if mine else "booking/_panel_choice.html", context)


@require_GET
@role_required(Role.REGULATOR)
def orientation_list(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/orientation_list.html", _listed(request))


@require_GET
@role_required(Role.REGULATOR)
def lines(request: HttpRequest) -> HttpResponse:
    """The table alone, for the page that refreshes itself."""
    return render(request, "booking/_orientations.html", _listed(request))


@require_GET
@role_required(Role.REGULATOR)
def export(request: HttpRequest) -> StreamingHttpResponse:
    form = OrientationFilter(request.GET)
    now = timezone.now()
    response = StreamingHttpResponse(as_csv(form.apply(user_of(request), now)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="orientations-{timezone.localdate(now)}.csv"'
    return response


@require_GET
@role_required(Role.REGULATOR)
def detail(request: HttpRequest, orientation_id: UUID) -> HttpResponse:
    orientation = own_or_404(request, orientation_id)
    return _detail(request, orientation, CancelForm())


def _detail(request: HttpRequest, orientation: Orientation, form: CancelForm) -> HttpResponse:
    context = {
        "line": line(orientation, timezone.now()),
        "events": [event_line(event, orientation) for event in orientation.events.all()],
        "form": form,
    }
    return render(request, "booking/orientation_detail.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.REGULATOR)
def cancel(request: HttpRequest, orientation_id: UUID) -> HttpResponse:
    """Give up what waits for an editor; what was agreed here is cancelled with its reason."""
    orientation = own_or_404(request, orientation_id)
    form = CancelForm(request.POST)
    agreed = orientation.way in AGREED_HERE and orientation.state == OrientationState.BOOKED
    if agreed and not form.is_valid():
        return _detail(request, orientation, form)
    reason = CancelReason(form.cleaned_data["motif"]) if agreed else None
    try:
        cancel_orientation(actor=user_of(request), orientation=orientation, reason=reason)
        done, text = True, "Orientation annulée."
    except NotCancellable:
        done, text = False, "Cette orientation n’est plus en attente : annulez le rendez-vous chez l’éditeur."
    return _said(request, done, text)


@require_POST
@role_required(Role.REGULATOR)
def undo(request: HttpRequest, orientation_id: UUID) -> HttpResponse:
    """Within 30 seconds: as if it had not been."""
    orientation = own_or_404(request, orientation_id)
    try:
        undo_orientation(actor=user_of(request), orientation=orientation)
        done, text = True, "C’est annulé : la place est rendue et le professionnel n’est pas prévenu."
    except TooLateToUndo:
        done, text = False, "Les 30 secondes sont passées : annulez avec un motif depuis l’orientation."
    return _said(request, done, text)


@require_POST
@role_required(Role.REGULATOR)
def confirm(request: HttpRequest, orientation_id: UUID) -> HttpResponse:
    """What was agreed by phone."""
    orientation = own_or_404(request, orientation_id)
    try:
        confirm_by_phone(actor=user_of(request), orientation=orientation)
        done, text = True, "Orientation confirmée."
    except NotConfirmable:
        done, text = False, "Cette orientation ne se confirme pas ici : l’éditeur nous préviendra."
    return _said(request, done, text)


def own_or_404(request: HttpRequest, orientation_id: UUID) -> Orientation:
    """Load and authorise: somebody else's orientation does not exist."""
    found = Orientation.objects.filter(pk=orientation_id, regulator=user_of(request)).first()
    if found is None:
        raise Http404
    return found


def latest_of(user: User, slot_key: str) -> Orientation | None:
    mine = Orientation.objects.filter(regulator=user, slot_key=slot_key).select_related("occurrence", "appointment")
    return mine.order_by("-opened_at").first()


def search_or_404(user: User, search_id: UUID) -> Search:
    """Load and authorise; raises SearchExpired."""
    try:
        return load_search(search_id, owner=str(user.technical_id))
    except SearchOfSomebodyElse:
        raise Http404 from None


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _listed(request: HttpRequest) -> dict[str, Any]:
    form = OrientationFilter(request.GET)
    now = timezone.now()
    found: QuerySet[Orientation] = form.apply(user_of(request), now)
    shown = [line(one, now) for one in found[: MOST_LINES + 1]]
    query = request.GET.urlencode()
    return {
        "form": form,
        "lines": shown[:MOST_LINES],
        "more": len(shown) > MOST_LINES,
        "most": MOST_LINES,
        "chosen": {form.value("jour", "aujourdhui"), form.value("etat", ""), form.value("qui", "")},
        "of_territory": form.value("qui") == "territoire",
        "me": request.user,
        "lines_url": f"{reverse('booking:lines')}?{query}",
        "export_url": f"{reverse('booking:export')}?{query}",
    }


def _said(request: HttpRequest, done: bool, text: str) -> HttpResponse:
    """A script gets a bare status and shows the new state itself; a page gets the list and a sentence."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=204 if done else 409)
    (messages.success if done else messages.error)(request, text)
    return redirect("booking:list")
