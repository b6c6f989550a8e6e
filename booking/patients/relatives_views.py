"""My relatives: children under 15, adults I help, and those I let help me."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from booking.patients import people
from booking.patients.forms import HelpForm, IdentityForm, in_half_a_year, sent
from booking.patients.models import Person, PersonKind, Scope
from booking.patients.people import InvitationOver, NotYours, identity_of
from sasportal.accounts.patients.access import patient, patient_required, second_factor_required
from sasportal.wording import dated, listed

FORM = ["GET", "HEAD", "POST"]
SCOPE_WORDS = {Scope.SEE: "voir", Scope.BOOK: "prendre et déplacer", Scope.CANCEL: "annuler"}


def rights(person: Person) -> str:
    return listed([SCOPE_WORDS[Scope(one)] for one in person.scopes])


@require_safe
@second_factor_required
def relatives(request: HttpRequest) -> HttpResponse:
    account = patient(request)
    known = [one for one in people.people_of(account) if one.readable]
    context = {
        "children": [(one, identity_of(one)) for one in known if one.kind == PersonKind.CHILD],
        "adults": [_adult(one) for one in known if one.kind == PersonKind.ADULT],
        "helpers": [(one, one.account.email, rights(one), dated(one.ends_on)) for one in people.helpers_of(account)
                    if one.ends_on],
    }  # fmt: skip
    return render(request, "patient/booking/relatives.html", context)


def _adult(person: Person) -> dict[str, object]:
    content = people.plain_content(person)
    over = person.ends_on is not None and person.ends_on < timezone.localdate()
    state = "terminée" if over else ("acceptée" if person.accepted_at else "en attente de réponse")
    return {
        "person": person,
        "name": content.get("email") or f"{content.get('given_name', '')} {content.get('family_name', '')}",
        "rights": rights(person),
        "state": state,
        "until": dated(person.ends_on) if person.ends_on else "",
    }


@sensitive_post_parameters()
@require_http_methods(FORM)
@second_factor_required
def child_add(request: HttpRequest) -> HttpResponse:
    form = IdentityForm(sent(request), child=True)
    if request.method == "POST" and form.is_valid():
        child = people.add_child(account=patient(request), who=form.identity)
        messages.success(request, f"{identity_of(child).given_name} est ajouté à vos proches.")
        return redirect("booking:patient:relatives")
    return render(request, "patient/booking/child_add.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters()
@require_http_methods(FORM)
@second_factor_required
def help_ask(request: HttpRequest) -> HttpResponse:
    form = HelpForm(sent(request), initial={"fin": in_half_a_year()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        people.invite_adult(
            account=patient(request), email=said["adresse"], scopes=said["droits"], ends_on=said["fin"]
        )  # fmt: skip
        messages.success(request, "Votre demande est envoyée par e-mail. Rien n’est possible avant son accord.")
        return redirect("booking:patient:relatives")
    return render(request, "patient/booking/help_ask.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_variables("token")
@sensitive_post_parameters()
@require_http_methods(FORM)
@patient_required
def help_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever was invited reads who asks for what, and accepts under his own name; doing nothing is refusing."""
    account = patient(request)
    form = IdentityForm(sent(request))
    try:
        person = people.invited_by(token, account)
        if request.method == "POST" and form.is_valid():
            people.accept(account=account, token=token, who=form.identity)
            messages.success(request, "C’est accepté. Vous pouvez arrêter à tout moment depuis « Mes proches ».")
            return redirect("booking:patient:relatives")
    except InvitationOver:
        return render(request, "patient/booking/help_over.html", status=410)
    context = {
        "form": form,
        "asker": person.account.email,
        "rights": rights(person),
        "until": dated(person.ends_on) if person.ends_on else "",
    }
    return render(request, "patient/booking/help_answer.html", context, status=422 if form.errors else 200)


@require_http_methods(FORM)
@second_factor_required
def relative_end(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Stop: one more question first. What was booked stays, in the list of appointments."""
    account = patient(request)
    person = Person.objects.filter(pk=person_id, ended_at=None).select_related("key", "account").first()
    if person is None or account.pk not in {person.account_id, person.helped_id} or person.kind == PersonKind.SELF:
        raise Http404
    if request.method == "POST":
        try:
            people.end(account=account, person=person)
        except NotYours:
            raise Http404 from None
        messages.success(request, "C’est terminé.")
        return redirect("booking:patient:relatives")
    content = people.plain_content(person)
    name = content.get("given_name") or content.get("email", "cette personne")
    helped = person.helped_id == account.pk
    context = {"name": person.account.email if helped else name, "helped": helped}
    return render(request, "patient/booking/relative_end.html", context)
