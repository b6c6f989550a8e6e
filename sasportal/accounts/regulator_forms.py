"""What account managers choose and type about regulators."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sasportal.accounts.charge import Charge, territories_of
from sasportal.accounts.forms import FilterForm
from sasportal.accounts.identifiers import is_national_id, prefixed
from sasportal.accounts.models import RegulatorKind, Role
from sasportal.accounts.regulator_lines import NATIONAL, AccountState
from sasportal.accounts.roles import in_force
from sasportal.spelling import plain


class RegulatorFilter(FilterForm):
    texte = forms.CharField(label="Nom, identifiant ou adresse", max_length=100, required=False)
    etat = forms.ChoiceField(label="État", choices=[("", "Tous"), *AccountState.choices], required=False)
    type = forms.ChoiceField(label="Type de régulateur", choices=[("", "Tous"), *RegulatorKind.choices], required=False)
    page = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def apply(self, described: QuerySet[Any]) -> QuerySet[Any]:
        """Keep of `described` accounts those asked for, by name."""
        found = described
        if text := self.value("texte"):
            found = found.filter(named(text))
        if state := self.value("etat"):
            found = found.filter(state=state)
        if kind := self.value("type"):
            held = in_force(timezone.now()).filter(user=OuterRef("pk"), role=Role.REGULATOR, regulator_kind=kind)
            found = found.filter(Exists(held))
        return found.order_by("last_name", "first_name", "pk")


def named(text: str) -> Q:
    by_identifier = Q(national_id__icontains=text.strip()) | Q(email__icontains=text.strip())
    by_identifier |= Q(contact_email__icontains=text.strip())
    if not plain(text):
        return by_identifier
    return by_identifier | Q(search_name__contains=plain(text))


class RightForm(forms.Form):
    """A right to regulate: what kind, where, among the territories the actor is in charge of."""

    kind = forms.ChoiceField(
        label="Type de régulateur",
        choices=RegulatorKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un type de régulateur."},
    )
    territory = forms.TypedChoiceField(
        label="Territoire",
        help_text="Il fixe qui gère ce compte ; il ne limite pas les recherches.",
        error_messages={"required": "Choisissez un territoire."},
    )

    def __init__(self, *args: Any, charge: Charge, **options: Any) -> None:
        super().__init__(*args, **options)
        territories = {str(one.pk): one for one in territories_of(charge)}
        national = [("france", NATIONAL)] if charge.everything else []
        field = self.fields["territory"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "Choisissez"), *((key, one.name) for key, one in territories.items()), *national]
        field.coerce = territories.get
        if len(territories) == 1 and not national:
            field.initial = next(iter(territories))

    @property
    def right(self) -> dict[str, Any]:
        """The kind and the territory chosen (None: the whole country)."""
        return {
            "kind": RegulatorKind(self.cleaned_data["kind"]),
            "territory": self.cleaned_data["territory"] or None,
        }


class NationalIdForm(forms.Form):
    national_id = forms.CharField(
        label="Identifiant national",
        max_length=50,
        help_text="Numéro RPPS à 11 chiffres, ou l’identifiant que la personne lit sur sa page d’accueil du portail.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Indiquez l’identifiant national."},
    )

    def clean_national_id(self) -> str:
        given = prefixed(self.cleaned_data["national_id"])
        if not is_national_id(given):
            raise ValidationError(
                "Ce n’est pas un identifiant national : donnez les 11 chiffres du RPPS, "
                "ou l’identifiant complet que Pro Santé Connect envoie (par exemple 3990000001/REG0042)."
            )
        return given


class ContactForm(forms.Form):
    contact_email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="Professionnelle, par exemple nom@ch-agen.fr. Les logiciels d’agenda l’exigent pour ouvrir "
        "un compte ; elle ne sert pas à se connecter.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Indiquez l’adresse.",
            "invalid": "Ce n’est pas une adresse électronique : elle s’écrit nom@domaine.fr.",
        },
    )


class NewRegulatorForm(NationalIdForm, ContactForm, RightForm):
    family_name = forms.CharField(label="Nom", max_length=150, error_messages={"required": "Indiquez le nom."})
    given_name = forms.CharField(label="Prénom", max_length=150, error_messages={"required": "Indiquez le prénom."})
    field_order = ["family_name", "given_name", "national_id", "contact_email", "kind", "territory"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["contact_email"].required = False
