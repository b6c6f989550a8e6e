"""The steps of a request, one group of questions each. A form reads its answers as they were typed and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from directory.finding import MOST_FOUND, find_structures
from directory.models import Structure
from directory.models.registration import Civility
from sasportal.accounts.charge import charge_of, territories_of
from sasportal.accounts.grants import address_taken
from sasportal.accounts.models import RegulatorKind, User
from sasportal.phones import french_phone

YOUNGEST, OLDEST = 16, 110
DATES = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d%m%Y", "%Y-%m-%d"]
QUIET = {"autocomplete": "off", "spellcheck": "false"}


def required(sentence: str) -> dict[str, str]:
    return {"required": sentence}


class StepForm(forms.Form):
    """One step, for `actor`."""

    def __init__(self, *args: Any, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor

    def answer(self, name: str) -> str:
        """What was typed, bound or not."""
        source: Mapping[str, Any] = self.data if self.is_bound else self.initial
        return str(source.get(name) or "")


class CivilStatusForm(StepForm):
    civility = forms.ChoiceField(
        label="Civilité", choices=Civility.choices, widget=forms.RadioSelect,
        error_messages=required("Choisissez une civilité."),
    )  # fmt: skip
    family_name = forms.CharField(
        label="Nom", max_length=150, help_text="Celui sous lequel la personne exerce.",
        widget=forms.TextInput(attrs=QUIET), error_messages=required("Indiquez le nom."),
    )  # fmt: skip
    given_name = forms.CharField(
        label="Prénom", max_length=150, widget=forms.TextInput(attrs=QUIET),
        error_messages=required("Indiquez le prénom."),
    )  # fmt: skip
    birth_date = forms.DateField(
        label="Date de naissance", input_formats=DATES, help_text="Jour, mois, année. Exemple : 24/11/1985",
        widget=forms.TextInput(attrs=QUIET | {"inputmode": "numeric"}),
        error_messages=required("Indiquez la date de naissance.") | {"invalid": "Écrivez la date ainsi : 24/11/1985."},
    )  # fmt: skip
    birth_place = forms.CharField(
        label="Lieu de naissance", max_length=100, help_text="Commune ; pour l’étranger, ville et pays.",
        widget=forms.TextInput(attrs=QUIET), error_messages=required("Indiquez le lieu de naissance."),
    )  # fmt: skip

    def clean_birth_date(self) -> Any:
        born, today = self.cleaned_data["birth_date"], timezone.localdate()
        if not today - relativedelta(years=OLDEST) <= born <= today - relativedelta(years=YOUNGEST):
            raise ValidationError("Vérifiez l’année : cette date n’est pas celle d’une personne en âge de travailler.")
        return born


class ContactForm(StepForm):
    email = forms.EmailField(
        label="Adresse électronique professionnelle", max_length=254,
        help_text="La personne y recevra le lien pour choisir son mot de passe. Exemple : prenom.nom@hopital.fr",
        widget=forms.EmailInput(attrs=QUIET),
        error_messages=required("Indiquez l’adresse électronique.")
        | {"invalid": "Vérifiez l’adresse : elle s’écrit prenom.nom@domaine.fr."},
    )  # fmt: skip
    phone = forms.CharField(
        label="Téléphone professionnel", max_length=30, help_text="Exemple : 05 36 49 12 34",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages=required("Indiquez le téléphone."),
    )  # fmt: skip

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if address_taken(email):
            raise ValidationError(
                "Un compte a déjà cette adresse. S’il est à cette personne, cherchez-la parmi les régulateurs ; "
                "sinon, demandez-lui une autre adresse."
            )
        return email

    def clean_phone(self) -> str:
        if phone := french_phone(self.cleaned_data["phone"]):
            return phone
        raise ValidationError("Ce n’est pas un numéro de téléphone français : vérifiez les dix chiffres.")


class SituationForm(StepForm):
    structure_text = forms.CharField(
        label="Chercher la structure", max_length=100, required=False,
        help_text="Numéro FINESS (9 chiffres), SIRET (14 chiffres), ou trois lettres au moins de son nom.",
        widget=forms.TextInput(attrs=QUIET),
    )  # fmt: skip
    structure = forms.ChoiceField(
        label="Structure", widget=forms.RadioSelect,
        error_messages=required("Cherchez la structure, puis choisissez-la dans la liste.")
        | {"invalid_choice": "Cette structure n’est plus au répertoire : cherchez-la de nouveau."},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="Rôle", choices=RegulatorKind.choices, widget=forms.RadioSelect,
        error_messages=required("Choisissez le rôle."),
    )  # fmt: skip
    territory = forms.ChoiceField(
        label="Territoire", help_text="Celui dont le gestionnaire suivra ce compte.",
        error_messages=required("Choisissez un territoire.")
        | {"invalid_choice": "Ce territoire n’est pas des vôtres : choisissez-en un autre."},
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.territories = {str(one.pk): one for one in territories_of(charge_of(self.actor))}
        self.found = find_structures(self.answer("structure_text"))
        chosen = find_structures(self.answer("structure"))[:1]
        self.structures = {code_of(one): one for one in [*chosen, *self.found]}
        offered = [(key, one.name) for key, one in self.territories.items()]
        self._choose_among("structure", [(code, label_of(one)) for code, one in self.structures.items()])
        self._choose_among("territory", offered if len(offered) == 1 else [("", "Choisissez"), *offered])

    def clean(self) -> dict[str, Any]:
        """Say at the search that no structure was chosen when there is none to choose from."""
        said = super().clean() or {}
        if not self.structures:
            for sentence in self.errors.pop("structure", []):
                self.add_error("structure_text", sentence)
        return said

    def _choose_among(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def searched(self) -> str:
        """What the search came to, in words; empty when nothing was searched."""
        if not self.answer("structure_text"):
            return ""
        if not self.found:
            return "Aucune structure trouvée : essayez un autre mot de son nom, ou son numéro FINESS."
        if len(self.found) == MOST_FOUND:
            return f"Plus de {MOST_FOUND - 1} structures : les premières sont affichées. Précisez le nom pour réduire."
        return ""

    def only_one(self) -> str:
        """Return the code of the structure found when there is no other, so that it comes chosen."""
        return code_of(self.found[0]) if len(self.found) == 1 else self.answer("structure")


class CertificationForm(StepForm):
    certified = forms.BooleanField(
        label="Je certifie avoir vérifié l’identité de cette personne en face à face.",
        help_text="Vous avez vu la personne et l’original de sa pièce d’identité, en cours de validité.",
        error_messages=required("Sans cette vérification, la demande ne peut être envoyée."),
    )


@dataclass(frozen=True, kw_only=True)
class Step:
    slug: str
    label: str
    form: type[StepForm]

    def touched(self, answers: Mapping[str, str]) -> bool:
        return any(name in answers for name in self.form.base_fields)


STEPS: tuple[Step, ...] = (
    Step(slug="etat-civil", label="État civil", form=CivilStatusForm),
    Step(slug="contact", label="Coordonnées", form=ContactForm),
    Step(slug="situation", label="Situation", form=SituationForm),
    Step(slug="certification", label="Vérification de l’identité", form=CertificationForm),
)
RECAP = "Récapitulatif"


def code_of(structure: Structure) -> str:
    return structure.finess or structure.siret


def label_of(structure: Structure) -> str:
    place = " ".join(filter(None, [structure.postal_code, structure.city]))
    number = f"FINESS {structure.finess}" if structure.finess else f"SIRET {structure.siret}"
    return ", ".join(filter(None, [structure.name, structure.line, place, number]))
