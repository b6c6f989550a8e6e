"""Examining a request: taking it, then one page for each decision."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from directory.models import RegistrationRequest
from directory.registration import review
from directory.registration.forms import MessageForm
from directory.registration.pages import FORM_METHODS, crumb_of, list_crumb, reviewed_page, to_page_of
from directory.registration.requests import NotInThisState
from sasportal.accounts.grants import AddressTaken
from sasportal.accounts.space import Question, space
from sasportal.accounts.views import person

MOVED_ON = "Cette demande a changé d’état entre-temps : voyez son historique."
ADDRESS_TAKEN = (
    "Un compte a été créé entre-temps avec cette adresse électronique. "
    "Demandez-en une autre au gestionnaire, ou rejetez la demande."
)


@require_POST
@reviewed_page
def registration_take(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    return _done(
        request,
        registration,
        lambda: review.take(actor=person(request), request=registration),
        "Vous examinez cette demande.",
    )


@require_http_methods(FORM_METHODS)
@reviewed_page
def registration_ask(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    form = MessageForm(_sent(request), label="Que manque-t-il, ou que faut-il corriger ?")
    if form.is_valid():
        question = form.cleaned_data["message"]
        return _done(
            request,
            registration,
            lambda: review.ask(actor=person(request), request=registration, question=question),
            "Votre question est transmise au gestionnaire.",
        )
    return _message_page(request, registration, form, title="Demander un complément", button="Envoyer la question")


@require_http_methods(FORM_METHODS)
@reviewed_page
def registration_reject(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    form = MessageForm(_sent(request), label="Pourquoi cette demande est-elle rejetée ?")
    if form.is_valid():
        reason = form.cleaned_data["message"]
        return _done(
            request,
            registration,
            lambda: review.reject(actor=person(request), request=registration, reason=reason),
            "La demande est rejetée.",
        )
    return _message_page(request, registration, form, title="Rejeter la demande", button="Rejeter la demande")


@require_http_methods(FORM_METHODS)
@reviewed_page
def registration_approve(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    question = Question(
        title=f"Valider la demande de {registration.name} ?",
        text=f"Un compte est créé pour {registration.email}, avec le droit de réguler : "
        f"{registration.get_kind_display()}, {registration.territory}. "
        "La personne reçoit un lien pour choisir son mot de passe.",
        button="Valider et créer le compte",
    )
    if request.method == "POST":
        return _done(
            request,
            registration,
            lambda: review.approve(actor=person(request), request=registration),
            "La demande est validée : le compte est créé et son titulaire prévenu.",
        )
    around = space(request, list_crumb(), crumb_of(registration), ("Valider la demande", ""))
    return render(request, "sas/confirm.html", around | {"question": question, "back": crumb_of(registration)[1]})


def _done(
    request: HttpRequest, registration: RegistrationRequest, act: Callable[[], object], sentence: str
) -> HttpResponse:
    """Act, say so or say why not, and go back to the request."""
    try:
        act()
    except NotInThisState:
        messages.warning(request, MOVED_ON)
    except AddressTaken:
        messages.error(request, ADDRESS_TAKEN)
    else:
        messages.success(request, sentence)
    return to_page_of(registration)


def _sent(request: HttpRequest) -> dict[str, str] | None:
    return request.POST.dict() if request.method == "POST" else None


def _message_page(
    request: HttpRequest, registration: RegistrationRequest, form: Form, *, title: str, button: str
) -> HttpResponse:
    around = space(request, list_crumb(), crumb_of(registration), (title, ""))
    context = {"form": form, "title": title, "button": button, "back": crumb_of(registration)[1]}
    return render(request, "sas/form_page.html", around | context, status=422 if form.errors else 200)
