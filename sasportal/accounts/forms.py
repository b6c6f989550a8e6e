"""What people type or tick on the pages of accounts."""

from django import forms


class TermsForm(forms.Form):
    accepted = forms.BooleanField(
        label="J’ai lu ces conditions et je les accepte.",
        error_messages={"required": "Cochez cette case pour accepter les conditions et accéder au portail."},
    )
