"""Settings, places and absences of an effector."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from agenda.effector.forms import AbsenceForm, PlaceForm, SettingsForm
from agenda.effector.wording import absence_in_words
from agenda.own.models import TYPE_CHOICES
from directory.effectors import settings as settings_
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.places import Place, PlaceUnknown
from directory.effectors.rights import Effector
from directory.effectors.settings import TooManyAbsences, absences_of, settings_of
from sasportal.accounts.models import DelegateScope
from sasportal.phones import french_phone

SETTINGS = DelegateScope.SETTINGS
TOO_MANY = "Deux cents absences à venir sont déjà déclarées : supprimez celles qui ne servent plus."
SAVED = "C’est enregistré. Les régulateurs le voient dès leur prochaine recherche."


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page(SETTINGS)
def settings(request: HttpRequest, effector: Effector) -> HttpResponse:
    form = SettingsForm.filled(settings_of(effector.national_id))
    if request.method == "POST":
        form = SettingsForm(request.POST)
        if form.is_valid():
            settings_.save_settings(actor=person(request), national_id=effector.national_id, chosen=form.cleaned_data)
            messages.success(request, SAVED)
            return redirect("agenda:effector:settings", effector.national_id)
    context = frame(request, effector) | {"form": form}
    return render(request, "effector/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page(SETTINGS)
def places(request: HttpRequest, effector: Effector) -> HttpResponse:
    """One form for each place; only the one sent is written."""
    sent = PlaceForm(request.POST, prefix=request.POST.get("prefixe", "")[:20]) if request.method == "POST" else None
    if sent is not None and sent.is_valid():
        try:
            settings_.save_place(
                actor=person(request), national_id=effector.national_id, place_key=sent.cleaned_data["lieu"],
                phone=sent.cleaned_data["phone"], refused_types=sent.refused,
            )  # fmt: skip
        except PlaceUnknown:
            messages.error(request, "Ce lieu n’est plus un de vos lieux d’exercice : rien n’a été enregistré.")
        else:
            messages.success(request, SAVED)
        return redirect("agenda:effector:places", effector.national_id)
    forms = [_place_form(number, place, sent) for number, place in enumerate(effector.places)]
    context = frame(request, effector) | {"forms": forms}
    return render(request, "effector/places.html", context, status=422 if sent is not None else 200)


def _place_form(number: int, place: Place, sent: PlaceForm | None) -> tuple[Place, PlaceForm]:
    prefix = f"lieu-{number}"
    if sent is not None and sent.prefix == prefix:
        return place, sent
    shown = [code for code, _ in TYPE_CHOICES if code not in place.refused_types]
    return place, PlaceForm(
        prefix=prefix, initial={"lieu": place.key, "phone": french_phone(place.phone) or place.phone, "types": shown}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@effector_page(SETTINGS)
def absences(request: HttpRequest, effector: Effector) -> HttpResponse:
    zone = effector.zone()
    form = AbsenceForm(request.POST or None, zone=zone)
    if request.method == "POST" and form.is_valid():
        try:
            settings_.add_absence(
                actor=person(request), national_id=effector.national_id, starts_at=form.starts_at, ends_at=form.ends_at
            )
        except TooManyAbsences:
            form.add_error(
                None, "Vous avez déjà déclaré deux cents absences à venir : supprimez celles qui ne servent plus."
            )
        else:
            messages.success(request, SAVED)
            return redirect("agenda:effector:absences", effector.national_id)
    declared = [(one.pk, absence_in_words(one, zone=zone)) for one in absences_of(effector.national_id)]
    context = frame(request, effector) | {"form": form, "absences": declared}
    return render(request, "effector/absences.html", context, status=422 if form.errors else 200)


@require_POST
@effector_page(SETTINGS)
def remove_absence(request: HttpRequest, effector: Effector, absence_id: int) -> HttpResponse:
    if settings_.remove_absence(actor=person(request), national_id=effector.national_id, absence_id=absence_id):
        messages.success(request, "L’absence est supprimée : vos créneaux de cette période réapparaissent.")
    return redirect("agenda:effector:absences", effector.national_id)
