"""What patients type about their account."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, SignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse

from sasportal.accounts.forms import FilterForm

ADDRESS_HINT = "Par exemple : prenom.nom@exemple.fr"
PASSWORD_HINT = "12 caractères au moins. Une phrase de plusieurs mots est facile à retenir."  # noqa: S105 - a hint


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said(self.fields["login"], "Adresse électronique")
        said(self.fields["password"], "Mot de passe")


class SignUpForm(SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said(self.fields["email"], "Adresse électronique", ADDRESS_HINT)
        said(self.fields["password1"], "Mot de passe", PASSWORD_HINT)
        said(self.fields["password2"], "Le même mot de passe, une deuxième fois")

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        """Take as long for an address that is known as for a new one."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ForgottenPasswordForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said(self.fields["email"], "Adresse électronique", ADDRESS_HINT)


class HistoryForm(FilterForm):
    page = forms.IntegerField(required=False, min_value=1)


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label="Je veux supprimer mon compte et tout ce qui va avec.",
        error_messages={"required": "Cochez cette case pour supprimer votre compte. Rien n’a été supprimé."},
    )


def said(field: forms.Field, label: str, hint: str = "") -> None:
    """Word a field of the library in our own way."""
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)
