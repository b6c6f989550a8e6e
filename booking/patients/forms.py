"""What patients type while they book, and about those they book for."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from booking.patients.lines import REASONS
from booking.patients.models import Person, PersonKind, PracticeRule, Scope
from booking.patients.people import ADULT_AT, LONGEST_HELP, Identity, age
from sasportal.phones import french_phone

MYSELF, NEW_CHILD = "moi", "enfant"
LONGEST_NAME, LONGEST_REASON, OLDEST = 80, 200, 120


class StartForm(forms.Form):
    recherche = forms.UUIDField()
    creneau = forms.CharField(max_length=64)


class MoveForm(forms.Form):
    """`recherche` is what the practice's editor was asked under, if it was."""

    creneau = forms.CharField(max_length=64)
    recherche = forms.UUIDField(required=False)


class WhoForm(forms.Form):
    """For whom: somebody known, oneself for the first time, or a child not known yet."""

    pour = forms.ChoiceField(
        label="Pour qui prenez-vous ce rendez-vous ?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez pour qui est ce rendez-vous.",
                        "invalid_choice": "Choisissez une des personnes proposées."},
    )  # fmt: skip

    def __init__(self, *args: Any, known: Sequence[tuple[Person, Identity]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(person.pk), _named(person, who)) for person, who in known]
        if not any(person.kind == PersonKind.SELF for person, _ in known):
            choices.insert(0, (MYSELF, "Moi"))
        self.fields["pour"].choices = [*choices, (NEW_CHILD, "Un enfant de moins de 15 ans")]  # type: ignore[attr-defined]


def _named(person: Person, who: Identity) -> str:
    return f"Moi ({who.name})" if person.kind == PersonKind.SELF else who.name


class IdentityForm(forms.Form):
    """Who the patient is, as the practice needs it to receive him. No INS, no social security number."""

    prenom = forms.CharField(label="Prénom", max_length=LONGEST_NAME, error_messages={"required": "Écrivez le prénom."})
    nom = forms.CharField(
        label="Nom de famille", max_length=LONGEST_NAME, error_messages={"required": "Écrivez le nom de famille."}
    )
    naissance = forms.DateField(
        label="Date de naissance",
        help_text="Par exemple : 04/05/1986",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"required": "Écrivez la date de naissance.", "invalid": "Écrivez la date ainsi : 04/05/1986."},
    )
    telephone = forms.CharField(
        label="Téléphone où vous joindre",
        help_text="Le cabinet l’utilise en cas de changement ; un rappel peut y être envoyé par SMS. "
        "10 chiffres, par exemple : 06 39 98 00 00",
        max_length=20,
        error_messages={"required": "Écrivez un numéro où vous joindre."},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, child: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.child = child
        if not child:
            for name, value in (("prenom", "given-name"), ("nom", "family-name"), ("naissance", "bday")):
                self.fields[name].widget.attrs["autocomplete"] = value

    def clean_naissance(self) -> date:
        born: date = self.cleaned_data["naissance"]
        today = timezone.localdate()
        if born > today or age(born, today) > OLDEST:
            raise ValidationError("Vérifiez l’année de naissance.")
        if self.child and age(born, today) >= ADULT_AT:
            raise ValidationError(
                "À 15 ans et plus, une personne prend ses rendez-vous avec son propre compte, "
                "ou accepte que vous l’aidiez (page « Mes proches »)."
            )
        return born

    def clean_telephone(self) -> str:
        number = french_phone(self.cleaned_data["telephone"])
        if not number:
            raise ValidationError("Écrivez un numéro français à 10 chiffres, par exemple : 06 39 98 00 00.")
        return number

    @property
    def identity(self) -> Identity:
        said = self.cleaned_data
        return Identity(
            given_name=said["prenom"], family_name=said["nom"], birth_date=said["naissance"], phone=said["telephone"]
        )


class ReasonForm(forms.Form):
    motif = forms.ChoiceField(
        label="Quel est le motif de ce rendez-vous ?",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un motif."},
    )
    precision = forms.CharField(
        label="Voulez-vous préciser en quelques mots ?",
        help_text="200 caractères au plus. N’écrivez pas de détail médical : vous en parlerez pendant la consultation.",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
    )


class RuleForm(forms.Form):
    """Of a practice."""

    heures = forms.IntegerField(
        label="Prévenir au moins (heures avant)",
        help_text="Une annulation plus tardive reste possible ; elle vous est signalée.",
        min_value=0,
        max_value=PracticeRule.MOST_HOURS,
    )


class ConfirmForm(forms.Form):
    """`chevauchement`: the person saw that another appointment is at the same time."""

    chevauchement = forms.BooleanField(label="J’ai vu l’autre rendez-vous et je prends aussi celui-ci", required=False)


class ListForm(forms.Form):
    pour = forms.UUIDField(required=False)


class HelpForm(forms.Form):
    """Ask an adult to let this account act for him."""

    adresse = forms.EmailField(
        label="Adresse électronique de cette personne",
        help_text="Elle recevra un lien pour accepter ou refuser. Elle a besoin d’un compte avec cette adresse.",
    )
    droits = forms.MultipleChoiceField(
        label="Ce que vous demandez à pouvoir faire",
        choices=[(Scope.SEE, "Voir ses rendez-vous"), (Scope.BOOK, "Prendre et déplacer ses rendez-vous"),
                 (Scope.CANCEL, "Annuler ses rendez-vous")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une chose."},
    )  # fmt: skip
    fin = forms.DateField(
        label="Jusqu’à quand",
        help_text="Un an au plus.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )

    def clean_fin(self) -> date:
        end: date = self.cleaned_data["fin"]
        today = timezone.localdate()
        if not today < end <= today + LONGEST_HELP:
            raise ValidationError("Choisissez un jour à venir, dans un an au plus.")
        return end


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing before it is sent, even when everything in it is empty."""
    return request.POST if request.method == "POST" else None


def in_half_a_year() -> date:
    return timezone.localdate() + timedelta(days=182)


def initial_of(who: Identity | None) -> dict[str, Any]:
    if who is None:
        return {}
    return {"prenom": who.given_name, "nom": who.family_name, "naissance": who.birth_date, "telephone": who.phone}
