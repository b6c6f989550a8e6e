"""What people type or tick on the pages of accounts, and what every filter of a list has in common."""

from typing import Any

from django import forms


class FilterForm(forms.Form):
    """What a page is asked for by its address; what is not understood counts for nothing."""

    def value(self, name: str, otherwise: Any = None) -> Any:
        """What was asked, or `otherwise` when nothing or nonsense was."""
        self.is_valid()
        return self.cleaned_data.get(name) or otherwise


class TermsForm(forms.Form):
    accepted = forms.BooleanField(
        label="J’ai lu ces conditions et je les accepte.",
        error_messages={"required": "Cochez cette case pour accepter les conditions et accéder au portail."},
    )
