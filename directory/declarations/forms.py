from django import forms

from directory.communities.forms import Filter
from directory.declarations.listing import STATES
from directory.models import ParticipationVia


class DeclarationFilter(Filter):
    q = forms.CharField(
        label="Nom, RPPS, structure, FINESS ou SIRET", max_length=100, required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    via = forms.ChoiceField(label="Participation", choices=[("", "Toutes"), *ParticipationVia.choices], required=False)
    etat = forms.ChoiceField(
        label="État", choices=[("", "Tous"), *((state.value, words) for state, words in STATES.items())], required=False
    )
    page = forms.IntegerField(required=False, widget=forms.HiddenInput)
