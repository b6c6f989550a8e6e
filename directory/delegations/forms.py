"""What is typed to name a delegate."""

from datetime import date, timedelta
from typing import Any

from django import forms

from directory.delegations.refusals import DelegationRefused
from sasportal.accounts.models import DelegateScope

FIELDS = {"delegate": "qui", "scopes": "pour", "ends_on": "jusquau"}
A_YEAR = timedelta(days=365)


class StructureDelegateForm(forms.Form):
    qui = forms.CharField(
        label="Qui agira", max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Son numéro RPPS, son identifiant Pro Santé Connect, ou son adresse électronique.",
    )  # fmt: skip
    jusquau = forms.DateField(
        label="Jusqu’au", input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="Dernier jour compris, deux ans au plus. Vous pourrez y mettre fin avant, à tout moment.",
    )  # fmt: skip

    @property
    def scopes(self) -> list[str]:
        return []

    def refuse(self, refused: DelegationRefused) -> None:
        self.add_error(FIELDS.get(refused.field), str(refused))


class DelegateForm(StructureDelegateForm):
    """Of a practitioner: he says for what."""

    pour = forms.MultipleChoiceField(
        label="Ce que cette personne pourra faire", choices=DelegateScope.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    field_order = ["qui", "pour", "jusquau"]

    @property
    def scopes(self) -> list[str]:
        return list(self.cleaned_data["pour"])


def fresh(today: date) -> dict[str, Any]:
    return {"jusquau": today + A_YEAR}
