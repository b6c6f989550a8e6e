"""What is asked of the list, and what a reviewer writes."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from directory.models import RegistrationRequest, RegistrationState
from sasportal.accounts.forms import FilterForm
from sasportal.spelling import plain

TO_EXAMINE = "a-examiner"
# Words of the address → states
STATES = {
    TO_EXAMINE: ("À examiner", (RegistrationState.SUBMITTED, RegistrationState.IN_REVIEW)),
    "brouillons": ("Brouillons", (RegistrationState.DRAFT,)),
    "envoyees": ("Envoyées", (RegistrationState.SUBMITTED,)),
    "en-examen": ("En examen", (RegistrationState.IN_REVIEW,)),
    "a-completer": ("À compléter", (RegistrationState.NEEDS_INFORMATION,)),
    "validees": ("Validées", (RegistrationState.APPROVED,)),
    "rejetees": ("Rejetées", (RegistrationState.REJECTED,)),
    "abandonnees": ("Abandonnées", (RegistrationState.ABANDONED,)),
}


class RegistrationFilter(FilterForm):
    texte = forms.CharField(label="Numéro ou nom", max_length=100, required=False)
    etat = forms.ChoiceField(
        choices=[("", ""), *((word, label) for word, (label, _) in STATES.items())],
        required=False,
        widget=forms.HiddenInput,
    )
    page = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def named(self, requests: QuerySet[RegistrationRequest]) -> QuerySet[RegistrationRequest]:
        """Keep those whose number begins so, or whose name has all these words."""
        text = self.value("texte", "")
        if text.strip()[:9].upper().startswith("P2"):
            return requests.filter(number__startswith=text.strip().upper())
        for word in plain(text).split():
            requests = requests.filter(search_name__contains=word)
        return requests

    def in_state(self, requests: QuerySet[RegistrationRequest]) -> QuerySet[RegistrationRequest]:
        chosen = self.value("etat")
        return requests.filter(state__in=STATES[chosen][1]) if chosen else requests


class MessageForm(forms.Form):
    """What a reviewer writes to whoever made the request."""

    message = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Le gestionnaire le lira tel quel. N’y recopiez ni date ni lieu de naissance.",
        error_messages={"required": "Écrivez votre message."},
    )

    def __init__(self, *args: Any, label: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["message"].label = label


class DraftForm(forms.Form):
    """The identifier a new page gives its draft, so that sending it twice writes one."""

    draft = forms.UUIDField(widget=forms.HiddenInput)
