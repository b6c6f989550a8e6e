"""What an account manager does from the page of a regulator: each act asked, then done."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sasportal.accounts import regulators
from sasportal.accounts.charge import OutsideCharge, charge_of
from sasportal.accounts.models import RoleGrant, User
from sasportal.accounts.regulator_forms import ContactForm, NationalIdForm, RightForm
from sasportal.accounts.regulator_lines import said
from sasportal.accounts.regulator_pages import FORM_METHODS, crumb_of, list_crumb, regulator_page, to_page_of
from sasportal.accounts.space import Question, space
from sasportal.accounts.views import person

TAKEN = (
    "Un autre compte qui détient ou a détenu des droits porte cet identifiant. "
    "Donnez plutôt le droit de réguler à ce compte-là (« Nouveau régulateur »), puis retirez-le à celui-ci."
)
ATTACHING = (
    "La personne se connectera avec Pro Santé Connect et gardera ses droits et son historique. "
    "Vérifiez l’identifiant sur sa carte ou son application : qui le détient entre dans ce compte. "
    "L’identifiant technique actuel reste connu comme ancien identifiant."
)


@require_http_methods(FORM_METHODS)
@regulator_page
def right_give(request: HttpRequest, user: User) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = RightForm(sent, charge=charge_of(person(request)))
    if form.is_valid():
        given = regulators.give(actor=person(request), user=user, **form.right)
        messages.success(request, f"Le droit est donné : {said(given)}.")
        return to_page_of(user)
    return _form_page(request, user, form, title=f"Donner un droit à {user}", button="Donner ce droit")


@require_http_methods(FORM_METHODS)
@regulator_page
def right_withdraw(request: HttpRequest, user: User, grant_id: int) -> HttpResponse:
    given = RoleGrant.objects.select_related("territory").filter(pk=grant_id, user=user).first()
    if given is None:
        raise Http404
    if not regulators.right_in_charge(actor=person(request), given=given, charge=charge_of(person(request))):
        raise OutsideCharge
    question = Question(
        title=f"Retirer ce droit à {user} ?",
        text=f"« {said(given)} » prend fin aussitôt. Le compte reste ouvert, et vous pourrez redonner ce droit.",
        button="Retirer ce droit",
    )
    return _asked(request, user, question, lambda: regulators.withdraw(actor=person(request), given=given))


@require_http_methods(FORM_METHODS)
@regulator_page
def account_suspend(request: HttpRequest, user: User) -> HttpResponse:
    question = Question(
        title=f"Suspendre le compte de {user} ?",
        text="Ses sessions se ferment aussitôt et la personne ne peut plus se connecter. "
        "Ses droits sont conservés : ils reviendront si vous rouvrez le compte.",
        button="Suspendre le compte",
    )
    return _asked_of_whole(request, user, question, regulators.suspend)


@require_http_methods(FORM_METHODS)
@regulator_page
def account_reopen(request: HttpRequest, user: User) -> HttpResponse:
    question = Question(
        title=f"Rouvrir le compte de {user} ?",
        text="La personne pourra se connecter de nouveau, avec les droits qui figurent sur sa fiche.",
        button="Rouvrir le compte",
    )
    return _asked_of_whole(request, user, question, regulators.reopen)


@require_http_methods(FORM_METHODS)
@regulator_page
def identifier_attach(request: HttpRequest, user: User) -> HttpResponse:
    """Name a local account by its owner's national identifier."""
    _whole_or_refused(request, user)
    form = NationalIdForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        national_id = form.cleaned_data["national_id"]
        try:
            regulators.attach_national_id(actor=person(request), user=user, national_id=national_id)
        except regulators.IdentifierTaken:
            form.add_error("national_id", TAKEN)
        except regulators.IdentifierKnown:
            form.add_error(None, f"Ce compte a déjà un identifiant national : {user.national_id}.")
        else:
            messages.success(request, f"{user} peut désormais se connecter avec Pro Santé Connect.")
            return to_page_of(user)
    return _form_page(
        request, user, form, title=f"Rattacher un identifiant national à {user}", button="Rattacher", text=ATTACHING
    )


@require_http_methods(FORM_METHODS)
@regulator_page
def contact_set(request: HttpRequest, user: User) -> HttpResponse:
    """Say where a card holder can be written to."""
    _whole_or_refused(request, user)
    sent = request.POST if request.method == "POST" else None
    form = ContactForm(sent, initial={"contact_email": user.contact_email})
    if form.is_valid():
        try:
            regulators.set_contact(actor=person(request), user=user, contact_email=form.cleaned_data["contact_email"])
        except regulators.OwnAddress:
            form.add_error(None, "Cette personne se connecte avec sa propre adresse : elle reste celle du compte.")
        else:
            messages.success(request, "L’adresse est enregistrée. Les éditeurs la reçoivent à sa prochaine connexion.")
            return to_page_of(user)
    return _form_page(request, user, form, title=f"Adresse électronique de {user}", button="Enregistrer")


def _asked_of_whole(request: HttpRequest, user: User, question: Question, act: Callable[..., None]) -> HttpResponse:
    _whole_or_refused(request, user)
    return _asked(request, user, question, lambda: act(actor=person(request), user=user))


def _asked(request: HttpRequest, user: User, question: Question, act: Callable[[], None]) -> HttpResponse:
    """Ask, then act and go back to the account."""
    if request.method == "POST":
        act()
        messages.success(request, "C’est fait.")
        return to_page_of(user)
    around = space(request, list_crumb(), crumb_of(user), (question.button, ""))
    return render(request, "sas/confirm.html", around | {"question": question, "back": crumb_of(user)[1]})


def _form_page(
    request: HttpRequest, user: User, form: Form, *, title: str, button: str, text: str = ""
) -> HttpResponse:
    around = space(request, list_crumb(), crumb_of(user), (button, ""))
    context = around | {"form": form, "title": title, "button": button, "text": text, "back": crumb_of(user)[1]}
    return render(request, "sas/form_page.html", context, status=422 if form.errors else 200)


def _whole_or_refused(request: HttpRequest, user: User) -> None:
    actor = person(request)
    if not regulators.account_in_charge(actor=actor, user=user, charge=charge_of(actor)):
        raise OutsideCharge
