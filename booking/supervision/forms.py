"""What the pages of supervision are asked and told."""

from django import forms

from agenda.supervision.figures import BY_CODE, PERIODS, Period
from sasportal.accounts.forms import FilterForm


class PeriodForm(FilterForm):
    periode = forms.ChoiceField(
        label="Chiffres sur", choices=[(one.code, one.label) for one in PERIODS], required=False
    )

    @property
    def period(self) -> Period:
        return BY_CODE[self.value("periode", PERIODS[0].code)]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi ?",
        max_length=200,
        help_text="Écrit au journal et montré au personnel de l’éditeur. Aucun nom de patient.",
        error_messages={"required": "Dites pourquoi, en une phrase."},
    )


class MendedForm(forms.Form):
    note = forms.CharField(
        label="Qu’est-ce qui a été corrigé ?",
        max_length=300,
        help_text="Si la même anomalie revient, elle ouvre une nouvelle fiche.",
        error_messages={"required": "Dites ce qui a été corrigé, en une phrase."},
    )


class StaffForm(forms.Form):
    identifier = forms.CharField(
        label="Identifiant national ou adresse électronique",
        max_length=254,
        help_text="Cette personne lira les chiffres et les anomalies de cet éditeur, et rien d’autre.",
        error_messages={"required": "Indiquez qui."},
    )
