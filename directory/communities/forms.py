"""Everything typed or clicked in the pages of structures goes through one of these forms."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from directory.communities import hours
from directory.communities.communes import understand
from directory.communities.hours import RangeRefused
from directory.communities.importing.reading import FileRefused, ReadLine, read_file
from directory.communities.profile import Said
from directory.communities.rights import PARTS
from directory.models import LineOutcome, StructureCategory
from sasportal.phones import french_phone
from sasportal.wording import HOURS_KEYS, WEEKDAYS

TIMES = ["%H:%M", "%Hh%M", "%Hh", "%H h %M", "%H h"]
TIME_LABELS = ("Ouvre à", "Ferme à", "Rouvre à", "Referme à")
CATEGORIES = [("", "Toutes"), *((code, str(StructureCategory(code).label)) for code in PARTS)]
OUTCOMES = [("", "Toutes"), *LineOutcome.choices]


class Filter(forms.Form):
    """A filter never refuses: what it does not understand filters nothing."""

    def value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")


class StructureFilter(Filter):
    q = forms.CharField(
        label="Nom, ville, FINESS ou SIRET", max_length=100, required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    categorie = forms.ChoiceField(label="Type", choices=CATEGORIES, required=False)
    page = forms.IntegerField(required=False, widget=forms.HiddenInput)


class MemberFilter(Filter):
    q = forms.CharField(
        label="Nom, profession, ville ou RPPS", max_length=100, required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    page = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PageFilter(Filter):
    page = forms.IntegerField(required=False, widget=forms.HiddenInput)


class LineFilter(Filter):
    resultat = forms.ChoiceField(label="Lignes", choices=OUTCOMES, required=False)
    page = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SeenForm(forms.Form):
    """`vu`: the fingerprint of what the person had before her eyes."""

    vu = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def see(self, fingerprint: str) -> None:
        """Show the form again beside what is there now."""
        self.data = {**self.data.dict(), "vu": fingerprint}  # type: ignore[attr-defined]


class ProfileForm(SeenForm):
    """Description, phone and the hours of each day, two ranges at most. `said` after `is_valid`."""

    description = forms.CharField(
        label="Présentation", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Ce que vous faites pour les patients sans rendez-vous. 2 000 caractères au plus.",
    )  # fmt: skip
    phone = forms.CharField(
        label="Téléphone du secrétariat", max_length=20, required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text="Le numéro que les régulateurs appellent pour adresser un patient hors créneaux.",
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for key in HOURS_KEYS:
            for part, label in enumerate(TIME_LABELS):
                self.fields[f"{key}_{part}"] = forms.TimeField(
                    label=label, input_formats=TIMES, required=False,
                    widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                )  # fmt: skip

    @property
    def days(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each day with its four fields."""
        return [
            (name, [self[f"{key}_{part}"] for part in range(len(TIME_LABELS))])
            for key, name in zip(HOURS_KEYS, WEEKDAYS, strict=True)
        ]

    def clean_phone(self) -> str:
        written = self.cleaned_data["phone"]
        if written and not french_phone(written):
            raise forms.ValidationError("Écrivez un numéro français non surtaxé, par exemple 05 53 00 00 00.")
        return french_phone(written)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self.opening_hours: dict[str, list[list[str]]] = {}
        for key in HOURS_KEYS:
            names = [f"{key}_{part}" for part in range(len(TIME_LABELS))]
            if any(name in self.errors for name in names):
                continue
            try:
                self.opening_hours[key] = hours.ranges([said.get(name) for name in names])
            except RangeRefused as refused:
                self.add_error(names[refused.part], str(refused))
        return said

    def said(self) -> Said:
        return Said(
            description=self.cleaned_data["description"].replace("\r\n", "\n"),
            phone=self.cleaned_data["phone"],
            opening_hours=hours.hours_of(self.opening_hours),
        )


def said_by(said: Said) -> dict[str, Any]:
    """What a profile says, as the form's initial values."""
    initial: dict[str, Any] = {"description": said.description, "phone": said.phone, "vu": said.fingerprint}
    for key in HOURS_KEYS:
        for part, moment in enumerate(hours.times(said.opening_hours.get(key, []))):
            initial[f"{key}_{part}"] = moment
    return initial


class CommunesForm(forms.Form):
    """Communes to add, one a line. `codes` after `is_valid`."""

    communes = forms.CharField(
        label="Communes à ajouter", max_length=40_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Une par ligne : code INSEE (47001) ou nom (Agen, ou Saint-Denis (974) s’il y en a plusieurs).",
    )  # fmt: skip

    def clean_communes(self) -> tuple[str, ...]:
        return _understood(self.cleaned_data["communes"])


class TerritoryForm(SeenForm):
    """The whole list, one commune a line."""

    liste = forms.CharField(
        label="Toutes les communes du territoire", max_length=40_000, required=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Une par ligne. Seul le code INSEE en début de ligne compte ; un nom seul est compris aussi.",
    )  # fmt: skip

    def __init__(self, *args: Any, held: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.held = held

    def clean_liste(self) -> tuple[str, ...]:
        return _understood(self.cleaned_data["liste"], held=self.held)


def _understood(text: str, held: list[str] | None = None) -> tuple[str, ...]:
    found = understand(text, held=held or [])
    if found.faults:
        raise forms.ValidationError(list(found.faults))
    return found.codes


class RemovalForm(forms.Form):
    """Communes ticked in the table."""

    def __init__(self, *args: Any, held: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["retirer"] = forms.MultipleChoiceField(choices=[(insee, insee) for insee in held])


class InviteeSearch(Filter):
    qui = forms.CharField(
        label="Nom ou numéro RPPS", max_length=100, required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text="Trois lettres au moins, ou les 11 chiffres du RPPS.",
    )  # fmt: skip


class InviteForm(forms.Form):
    national_id = forms.CharField(max_length=50)


class UploadForm(forms.Form):
    """A list of members. `lines` after `is_valid`."""

    fichier = forms.FileField(
        label="Fichier",
        help_text="CSV (séparateur « ; » ou « , ») ou texte. 5 000 lignes et 1 Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={
            "required": "Choisissez un fichier de 1 Mo au plus.",
            "empty": "Ce fichier est vide.",
        },
    )  # fmt: skip

    def clean_fichier(self) -> UploadedFile:
        sent: UploadedFile = self.cleaned_data["fichier"]
        try:
            self.lines: list[ReadLine] = read_file(sent.read())
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return sent
