"""What is asked of the matrix of regulators' accounts."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from agenda.accounts.matrix import standing_so
from agenda.accounts.states import Standing, takers
from sasportal.accounts.forms import FilterForm
from sasportal.accounts.regulator_forms import named

SHOWN = (Standing.FAILED, Standing.INCOMPLETE, Standing.PENDING, Standing.IN_STEP)


class MatrixFilter(FilterForm):
    texte = forms.CharField(label="Nom, identifiant ou adresse", max_length=100, required=False)
    etat = forms.ChoiceField(
        label="État", choices=[("", "Tous"), *((one.value, one.label) for one in SHOWN)], required=False
    )
    editeur = forms.TypedChoiceField(label="Éditeur", coerce=int, empty_value=None, required=False)
    page = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.editors = dict(takers().values_list("pk", "name"))
        field = self.fields["editeur"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "Tous"), *self.editors.items()]

    def apply(self, users: QuerySet[Any], now: datetime) -> QuerySet[Any]:
        """Keep of `users` those asked for, by name."""
        found = users
        if text := self.value("texte"):
            found = found.filter(named(text))
        if standing := self.value("etat"):
            chosen = self.value("editeur")
            found = standing_so(found, Standing(standing), [chosen] if chosen else self.editors, now)
        return by_name(found)


def by_name(users: QuerySet[Any]) -> QuerySet[Any]:
    return users.order_by("last_name", "first_name", "pk")
