"""Writing a request, step by step: what was typed is kept at each, right or wrong."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from directory.models import RegistrationRequest
from directory.models.registration import EDITABLE
from directory.registration import drafts, submission
from directory.registration.answers import answers_of, shown
from directory.registration.forms import DraftForm
from directory.registration.pages import FORM_METHODS, crumb_of, list_crumb, to_page_of, written_page
from directory.registration.requests import NotInThisState
from directory.registration.steps import RECAP, STEPS, CertificationForm, SituationForm, Step, StepForm
from sasportal.accounts.grants import AddressTaken
from sasportal.accounts.models import Role
from sasportal.accounts.roles import role_required
from sasportal.accounts.space import Question, space
from sasportal.accounts.views import person
from sasportal.wording import day_of

SENT_MEANWHILE = "Cette demande ne peut plus être modifiée : elle a été envoyée ou abandonnée entre-temps."
REFUSALS = {
    submission.ChangedMeanwhile: "La demande vient d’être modifiée dans une autre fenêtre : relisez-la et envoyez-la.",
    submission.PersonAskedAlready: "Une demande est déjà en cours pour une personne de ce nom, née le même jour. "
    "Si c’est elle, attendez la réponse ; sinon, adressez-vous à l’administrateur du portail.",
    submission.AddressAskedAlready: "Une demande est déjà en cours avec cette adresse électronique : "
    "donnez-en une autre, ou attendez la réponse.",
    AddressTaken: "Un compte vient d’être créé avec cette adresse électronique : donnez-en une autre.",
}


@require_http_methods(FORM_METHODS)
@role_required(Role.ACCOUNT_MANAGER)
def registration_create(request: HttpRequest) -> HttpResponse:
    """The first step of a request to be: its draft is written with the first answers, once however often sent."""
    first = STEPS[0]
    if request.method != "POST":
        return _step_page(request, None, first, first.form(actor=person(request)), draft_id=uuid4())
    sent = DraftForm(request.POST)
    if not sent.is_valid():
        raise Http404
    try:
        draft = drafts.open_draft(
            actor=person(request), draft_id=sent.cleaned_data["draft"], answers=_typed(request, first)
        )
    except NotInThisState:
        raise Http404 from None
    return _after(request, draft, first)


@require_http_methods(FORM_METHODS)
@written_page
def registration_step(request: HttpRequest, registration: RegistrationRequest, slug: str) -> HttpResponse:
    step = next((one for one in STEPS if one.slug == slug), None)
    if step is None:
        raise Http404
    if registration.state not in EDITABLE:
        return _too_late(request, registration)
    if request.method != "POST":
        given = [registration.answers] if step.touched(registration.answers) else []
        return _step_page(request, registration, step, step.form(*given, actor=person(request)))
    try:
        return _after(request, _kept(request, registration, step), step)
    except NotInThisState:
        return _too_late(request, registration)


@require_http_methods(FORM_METHODS)
@written_page
def registration_recap(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    """Show every answer, then send the request."""
    if registration.state not in EDITABLE:
        return _too_late(request, registration)
    answers, refusal = answers_of(registration, actor=person(request)), ""
    if request.method == "POST" and not answers.incomplete:
        try:
            sent = submission.submit(actor=person(request), request=registration, filing=answers.filing())
        except NotInThisState:
            return _too_late(request, registration)
        except tuple(REFUSALS) as refused:
            refusal = REFUSALS[type(refused)]
        else:
            messages.success(request, f"La demande est envoyée sous le numéro {sent.number}.")
            return to_page_of(registration)
    context = {
        "registration": registration,
        "sections": [
            (step, _step_url(registration, step), form.is_valid(), shown(form)) for step, form in answers.steps
        ],
        "answers": answers,
        "refusal": refusal,
        **_progress(registration, len(STEPS)),
    }
    around = space(request, list_crumb(), crumb_of(registration), (RECAP, ""))
    return render(request, "registration/recap.html", around | context, status=422 if request.method == "POST" else 200)


@require_http_methods(FORM_METHODS)
@written_page
def registration_abandon(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    question = Question(
        title=f"Abandonner la demande de {registration.name} ?",
        text="Elle ne pourra pas être reprise ; il faudra en écrire une autre.",
        button="Abandonner la demande",
    )
    if request.method == "POST":
        try:
            drafts.abandon(actor=person(request), request=registration)
        except NotInThisState:
            return _too_late(request, registration)
        messages.success(request, "La demande est abandonnée.")
        return redirect("directory:registration:list")
    around = space(request, list_crumb(), crumb_of(registration), (question.button, ""))
    return render(request, "sas/confirm.html", around | {"question": question, "back": crumb_of(registration)[1]})


def _typed(request: HttpRequest, step: Step) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in step.form.base_fields}


def _kept(request: HttpRequest, registration: RegistrationRequest, step: Step) -> RegistrationRequest:
    """Keep what was typed, before any judgement; raises NotInThisState."""
    answers = _typed(request, step)
    if step.form is CertificationForm:
        return drafts.certify(actor=person(request), request=registration, certified=bool(answers["certified"]))
    return drafts.save_answers(request=registration, answers=answers)


def _after(request: HttpRequest, draft: RegistrationRequest, step: Step) -> HttpResponse:
    """Go where the button pressed leads, the answers kept."""
    if "chercher" in request.POST:
        return _searched(request, draft, step)
    if "precedent" in request.POST:
        return redirect(_step_url(draft, STEPS[max(STEPS.index(step) - 1, 0)]))
    if "quitter" in request.POST:
        messages.success(request, "La demande est enregistrée : vous pourrez la reprendre ici.")
        return to_page_of(draft)
    answers = answers_of(draft, actor=person(request))
    form = dict(answers.steps)[step]
    if not form.is_valid():
        return _step_page(request, draft, step, form)
    missing = answers.incomplete
    return redirect(_step_url(draft, missing[0]) if missing else _recap_url(draft))


def _searched(request: HttpRequest, draft: RegistrationRequest, step: Step) -> HttpResponse:
    """Show the structures found; one alone comes chosen."""
    form = SituationForm(initial=draft.answers, actor=person(request))
    if form.only_one() != draft.answers.get("structure", ""):
        draft = drafts.save_answers(request=draft, answers={"structure": form.only_one()})
        form = SituationForm(initial=draft.answers, actor=person(request))
    return _step_page(request, draft, step, form)


def _step_page(
    request: HttpRequest, draft: RegistrationRequest | None, step: Step, form: StepForm, draft_id: UUID | None = None
) -> HttpResponse:
    rank = STEPS.index(step)
    context: dict[str, Any] = {
        "form": form,
        "step": step,
        "situation": step.form is SituationForm,
        "certification": _certification(request, draft) if step.form is CertificationForm else "",
        "draft_id": draft_id,
        "action": _step_url(draft, step) if draft else reverse("directory:registration:create"),
        "first": rank == 0,
        **_progress(draft, rank),
    }
    crumb = crumb_of(draft) if draft else ("Nouvelle demande", "")
    around = space(request, list_crumb(), crumb, *([(step.label, "")] if draft else []))
    refused = request.method == "POST" and form.errors
    return render(request, "registration/step.html", around | context, status=422 if refused else 200)


def _certification(request: HttpRequest, draft: RegistrationRequest | None) -> str:
    """Say who certified the identity, or in whose name it will be."""
    answers = answers_of(draft, actor=person(request)) if draft else None
    if answers and answers.certified_by:
        return f"Identité vérifiée par {answers.certified_by}, le {day_of(answers.certified_at)}."
    return f"Certificateur : {request.user}. Votre nom et la date du jour sont gardés avec la demande."


def _progress(draft: RegistrationRequest | None, rank: int) -> dict[str, Any]:
    """The stepper: where one is among the steps and the recap; the reviewer's question, if the request came back."""
    labels = [*(step.label for step in STEPS), RECAP]
    asked = draft.events.last() if draft and draft.number else None
    return {
        "number": rank + 1,
        "total": len(labels),
        "label": labels[rank],
        "next_label": labels[rank + 1] if rank + 1 < len(labels) else "",
        "question": asked.comment if asked else "",
    }


def _too_late(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    messages.warning(request, SENT_MEANWHILE)
    return to_page_of(registration)


def _step_url(registration: RegistrationRequest, step: Step) -> str:
    return reverse("directory:registration:step", args=[registration.pk, step.slug])


def _recap_url(registration: RegistrationRequest) -> str:
    return reverse("directory:registration:recap", args=[registration.pk])
