"""Pages of an own agenda: the week, adding, changing, withdrawing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agenda.own import editing, forms, series
from agenda.own.editing import Changed, Scope, load_occurrence
from agenda.own.models import Occurrence
from agenda.own.plans import Plan, PlanRefused
from agenda.own.preview import Preview, preview
from agenda.own.refusals import OccurrencePast, OccurrenceTaken, OccurrenceUnknown, OverlapsAnother
from agenda.own.week import code_of, monday_of, read_week
from agenda.own.wording import hour, local_hours, plan_of, series_in_words
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.places import PlaceUnknown
from directory.effectors.rights import Effector
from sasportal.accounts.models import DelegateScope
from sasportal.wording import long_day, several

LOCKED = "Un patient y est déjà orienté : cette plage ne peut plus être modifiée ni supprimée."
PAST = "Cette plage a déjà commencé : elle ne peut plus être modifiée ni supprimée."


@require_safe
@effector_page(DelegateScope.AGENDA)
def week(request: HttpRequest, agenda: Effector) -> HttpResponse:
    """Show one week, day by day (`semaine`: 2026-W48)."""
    now = timezone.now()
    today = now.astimezone(ZoneInfo(agenda.zone())).date()
    monday = monday_of(request.GET.get("semaine", ""), today=today)
    context = {"agenda": agenda, "week": read_week(agenda, monday=monday, now=now), "this_week": code_of(today)}
    return render(request, "own/week.html", frame(request, agenda) | context)


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page(DelegateScope.AGENDA)
def add(request: HttpRequest, agenda: Effector) -> HttpResponse:
    """Fill in, preview, save. `jour`, `debut` and `fin` may come from the week's grid."""
    if request.method != "POST":
        given = {name: request.GET[name][:10] for name in ("jour", "debut", "fin") if name in request.GET}
        form = forms.OfferForm(initial=forms.fresh(agenda.places) | given, places=agenda.places)
        return _form_page(request, agenda, form)
    form = forms.OfferForm(request.POST, places=agenda.places)

    def save(plan: Plan) -> HttpResponse:
        opened = series.open_series(actor=person(request), national_id=agenda.national_id, plan=plan)
        messages.success(request, "C’est enregistré : les régulateurs le voient dès maintenant.")
        first = opened.occurrences.order_by("start").first()
        return _back_to_week(agenda, first.start if first else timezone.now(), opened.time_zone)

    return _answer(request, agenda, form, save)


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page(DelegateScope.AGENDA)
def change(request: HttpRequest, agenda: Effector, occurrence_id: int) -> HttpResponse:
    """Change one date, it and the following, or the whole series."""
    found = _occurrence_or_404(agenda, occurrence_id)
    if request.method != "POST":
        form = forms.ChangeForm(initial=_said_now(found), places=agenda.places)
        return _form_page(request, agenda, form, found=found)
    form = forms.ChangeForm(request.POST if found.series.rule else _whole(request), places=agenda.places)

    def save(plan: Plan) -> HttpResponse:
        done = editing.change(
            actor=person(request), national_id=agenda.national_id, occurrence_id=found.pk, plan=plan, scope=form.scope
        )
        messages.success(request, _done("C’est modifié.", done))
        return _back_to_week(agenda, found.start, found.time_zone)

    return _answer(request, agenda, form, save, found=found)


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page(DelegateScope.AGENDA)
def withdraw(request: HttpRequest, agenda: Effector, occurrence_id: int) -> HttpResponse:
    """Ask what to withdraw, then do it."""
    found = _occurrence_or_404(agenda, occurrence_id)
    sent = (request.POST if found.series.rule else _whole(request)) if request.method == "POST" else None
    form = forms.WithdrawForm(sent, initial={"portee": Scope.ONE.value})
    if sent is not None and form.is_valid():
        try:
            done = editing.withdraw(
                actor=person(request), national_id=agenda.national_id, occurrence_id=found.pk, scope=form.scope
            )
        except (OccurrenceTaken, OccurrencePast) as refused:
            form.add_error(None, LOCKED if isinstance(refused, OccurrenceTaken) else PAST)
        else:
            messages.success(request, _done("C’est supprimé.", done))
            return _back_to_week(agenda, found.start, found.time_zone)
    context = {"agenda": agenda, "form": form, "found": found, "title": _title(found), **_series_words(found)}
    return render(request, "own/withdraw.html", frame(request, agenda) | context, status=422 if form.errors else 200)


def _answer(
    request: HttpRequest,
    agenda: Effector,
    form: forms.OfferForm,
    save: Callable[[Plan], HttpResponse],
    found: Occurrence | None = None,
) -> HttpResponse:
    """Save what was seen; preview the rest; show each refusal at its field."""
    seen = None
    if form.is_valid():
        try:
            plan, seen = _previewed(form, agenda)
            repeats = bool(plan.rule)
            if "enregistrer" in request.POST and (not repeats or form.cleaned_data["vu"] == seen.fingerprint):
                return save(form.as_plan())
        except PlanRefused as refused:
            form.refuse(refused)
        except PlaceUnknown:
            form.add_error("lieu", "Ce lieu n’est plus un lieu d’exercice.")
        except OverlapsAnother as refused:
            form.add_error("debut", _overlap(refused, form, agenda))
        except (OccurrenceTaken, OccurrencePast) as refused:
            form.add_error(None, LOCKED if isinstance(refused, OccurrenceTaken) else PAST)
        except OccurrenceUnknown:
            raise Http404 from None
    return _form_page(request, agenda, form, found=found, seen=seen)


def _previewed(form: forms.OfferForm, agenda: Effector) -> tuple[Plan, Preview]:
    """Preview the plan; of one date of a series only that date counts."""
    plan = form.as_plan()
    if isinstance(form, forms.ChangeForm) and form.scope is Scope.ONE:
        plan = replace(plan, weekdays=())
    return plan, preview(plan, place=agenda.place(plan.place_key), now=timezone.now())


def _form_page(
    request: HttpRequest,
    agenda: Effector,
    form: forms.OfferForm,
    found: Occurrence | None = None,
    seen: Preview | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"agenda": agenda, "form": form, "found": found, "seen": None if form.errors else seen}
    if found:
        context |= {"title": _title(found), **_series_words(found)}
    return render(request, "own/form.html", frame(request, agenda) | context, status=422 if form.errors else 200)


def _occurrence_or_404(agenda: Effector, occurrence_id: int) -> Occurrence:
    try:
        return load_occurrence(national_id=agenda.national_id, occurrence_id=occurrence_id)
    except OccurrenceUnknown:
        raise Http404 from None


def _said_now(found: Occurrence) -> dict[str, Any]:
    """What is offered now: the series' rule, and this very date, hours, place and places left."""
    here = ZoneInfo(found.time_zone)
    plan = replace(
        plan_of(found.series),
        place_key=found.place_key,
        kind=found.kind,
        capacity=found.capacity,
        types=tuple(found.types),
        consultation=tuple(found.consultation),
        first_day=found.start.astimezone(here).date(),
        start_time=found.start.astimezone(here).time(),
        end_time=found.end.astimezone(here).time(),
    )
    return forms.said_by(plan) | {"portee": Scope.ONE.value if found.series.rule else Scope.ALL.value}


def _whole(request: HttpRequest) -> Any:
    """What is offered only once has no scope to choose."""
    sent = request.POST.copy()
    sent["portee"] = Scope.ALL.value
    return sent


def _series_words(found: Occurrence) -> dict[str, str]:
    today = timezone.now().astimezone(ZoneInfo(found.time_zone)).date()
    return {"series_words": series_in_words(found.series, today=today) if found.series.rule else ""}


def _title(found: Occurrence) -> str:
    day = found.start.astimezone(ZoneInfo(found.time_zone)).date()
    return f"{long_day(day)}, {local_hours(found.start, found.end, found.time_zone)}"


def _overlap(refused: OverlapsAnother, form: forms.OfferForm, agenda: Effector) -> str:
    if refused.at is None:
        return "Une autre plage est déjà proposée à ce lieu à ces horaires."
    at = refused.at.astimezone(ZoneInfo(agenda.place(form.cleaned_data["lieu"]).time_zone))
    return f"Une autre plage est déjà proposée à ce lieu le {long_day(at.date())} à {hour(at)}."


def _done(sentence: str, done: Changed) -> str:
    if not done.kept:
        return sentence
    kept = several(done.kept, "plage reste inchangée", "plages restent inchangées")
    return f"{sentence} {kept} : un patient y est orienté."


def _back_to_week(agenda: Effector, start: datetime, zone: str) -> HttpResponse:
    day = start.astimezone(ZoneInfo(zone)).date()
    return redirect(reverse("agenda:own:week", args=[agenda.national_id]) + f"?semaine={code_of(day)}")
