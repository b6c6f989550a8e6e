"""Everything the search page takes from an address goes through one of these forms."""

from collections.abc import Mapping
from typing import Any, Literal

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.http import QueryDict

from directory.models import Commune, Specialty
from sasportal.accounts.forms import FilterForm

CARDS_AT_ONCE = 25
MOST_CARDS = 200
LONGEST_WHAT = 100
LONGEST_WHERE = 150

REORIENTATION = "reorientation"
MODES = [("creneaux", "Créneaux disponibles"), ("en_sus", "En sus des disponibilités")]
MODES_OF_IOA = [*MODES, (REORIENTATION, "Réorientation des urgences")]
# The word of an address → the mode of the filters
MODE_OF_WORD: dict[str, Literal["slots", "on_top", "reorientation"]] = {
    "creneaux": "slots", "en_sus": "on_top", REORIENTATION: "reorientation",
}  # fmt: skip
WORD_OF_MODE = {mode: word for word, mode in MODE_OF_WORD.items()}
CONSULTATIONS = [("AMB", "Cabinet"), ("VR", "Téléconsultation"), ("HH", "Domicile")]
SLOT_TYPES = [("PUBLIC", "Public"), ("PRO", "Professionnels"), ("SNP", "SNP"), ("CPTS", "CPTS")]
HOURS = [(str(hours), f"{hours} h") for hours in (4, 8, 12, 24, 48, 72)]
SECTORS = [("", "Tous"), ("1", "Secteur 1"), ("2", "Secteur 2"), ("3", "Secteur 3")]
RADII = [("", "Habituel"), *((str(km), f"{km} km") for km in (5, 10, 20, 25, 30, 40, 50, 75, 100))]

DEFAULTS = {"mode": "creneaux", "sous": "72"}

finess_only = RegexValidator(r"\A[0-9AB]{9}\Z", "Le numéro FINESS compte neuf caractères.")
identifier_only = RegexValidator(r"\A[0-9A-Za-z/]{1,50}\Z", "L’identifiant du professionnel n’est pas lisible.")


class WhatWhereForm(forms.Form):
    """What, where, and the filters every search has."""

    quoi = forms.CharField(
        label="Quoi",
        max_length=LONGEST_WHAT,
        error_messages={"required": "Indiquez une spécialité, un professionnel ou une structure."},
    )
    ou = forms.CharField(
        label="Où",
        max_length=LONGEST_WHERE,
        error_messages={"required": "Indiquez une adresse, une commune ou un département."},
    )
    consultation = forms.MultipleChoiceField(
        label="Lieu", choices=CONSULTATIONS, required=False, widget=forms.CheckboxSelectMultiple
    )
    secteur = forms.ChoiceField(label="Secteur conventionnel", choices=SECTORS, required=False)
    rayon = forms.ChoiceField(label="Rayon", choices=RADII, required=False)

    def clean_rayon(self) -> int | None:
        return int(self.cleaned_data["rayon"]) if self.cleaned_data["rayon"] else None

    @property
    def unreadable(self) -> list[str]:
        """What an address typed or followed says of the filters and cannot mean."""
        return [
            f"{self[name].label or name} : {' '.join(map(str, faults))}"
            for name, faults in self.errors.items()
            if name not in {"quoi", "ou"}
        ]

    def refuse(self, field: str, message: str) -> None:
        """Tie to `field` what only the directory could find out."""
        self.add_error(field, message)


class SearchForm(WhatWhereForm):
    """The regulator's search. Absent fields take the defaults of a fresh one."""

    mode = forms.ChoiceField(choices=MODES, required=False, widget=forms.RadioSelect)
    type = forms.MultipleChoiceField(
        label="Type de créneau", choices=SLOT_TYPES, required=False, widget=forms.CheckboxSelectMultiple
    )
    sous = forms.ChoiceField(label="Sous", choices=HOURS, required=False)
    cpts = forms.CharField(validators=[finess_only], required=False)
    medecin = forms.CharField(validators=[identifier_only], required=False)
    origin = forms.CharField(max_length=60, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, ioa: bool = False, **options: Any) -> None:
        if data is not None:
            data = data.copy() if isinstance(data, QueryDict) else dict(data)
            for name, value in DEFAULTS.items():
                data[name] = data.get(name) or value
            if data["mode"] == REORIENTATION and not ioa:  # a link of an emergency ward, opened elsewhere
                data["mode"] = DEFAULTS["mode"]
        super().__init__(data, initial=DEFAULTS, **options)
        if ioa:
            self.fields["mode"].choices = MODES_OF_IOA  # type: ignore[attr-defined]

    @property
    def narrowed(self) -> bool:
        """One of the filters behind "Plus de filtres" is set."""
        return any(self[name].value() for name in ("type", "secteur", "rayon", "cpts"))

    def clean_mode(self) -> str:
        return self.cleaned_data["mode"] or "creneaux"

    def clean_sous(self) -> int:
        return int(self.cleaned_data["sous"] or 72)


class ViewForm(FilterForm):
    """How a search already open is shown again; anything unreadable means the default."""

    recherche = forms.UUIDField(required=False)
    origine = forms.UUIDField(required=False)
    cartes = forms.IntegerField(required=False, validators=[MinValueValidator(1), MaxValueValidator(MOST_CARDS)])
    seulement = forms.ChoiceField(choices=[("creneaux", "")], required=False)
    tri = forms.ChoiceField(choices=[("premier", "")], required=False)
    depuis = forms.IntegerField(required=False, validators=[MinValueValidator(0), MaxValueValidator(MOST_CARDS)])
    apres = forms.RegexField(r"\A\d{1,20}-\d{1,20}\Z", required=False)


class RetryForm(forms.Form):
    editeur = forms.IntegerField(min_value=1)


class ContextualCallForm(forms.Form):
    """INT_L01: the address a regulation software opens (flows.md)."""

    practitioner = forms.CharField(max_length=120, required=False)
    specialty = forms.CharField(max_length=120, required=False)
    speciality = forms.CharField(max_length=120, required=False)
    streetnumber = forms.CharField(max_length=20, required=False)
    streetname = forms.CharField(max_length=100, required=False)
    inseecode = forms.CharField(max_length=5, required=False)
    city = forms.CharField(max_length=100, required=False)
    origin = forms.CharField(max_length=60, required=False)

    MARKS = ("practitioner", "specialty", "speciality", "streetname", "inseecode", "city")

    @classmethod
    def asked(cls, data: QueryDict) -> bool:
        return any(mark in data for mark in cls.MARKS)

    def as_search(self) -> dict[str, str]:
        """The same call in the words of `SearchForm`; what is missing stays for the regulator to fill in."""
        self.is_valid()
        said = self.cleaned_data
        specialty = said.get("specialty") or said.get("speciality") or ""
        return {
            "quoi": specialty_label(code_of(specialty)),
            "ou": self._where(),
            "medecin": code_of(said.get("practitioner") or ""),
            "origin": said.get("origin") or "",
        }

    def _where(self) -> str:
        said = self.cleaned_data
        street = " ".join(filter(None, [said.get("streetnumber"), said.get("streetname")]))
        return ", ".join(filter(None, [street, town_of(said.get("inseecode") or "") or said.get("city") or ""]))


def code_of(token: str) -> str:
    """The code of `system|code`."""
    return token.rpartition("|")[2].strip()


def specialty_label(code: str) -> str:
    """The need behind an official code; general practice when the software names none."""
    known = Specialty.objects.filter(codes__contains=[code]).order_by("slug").first() if code else None
    return known.label if known else code or "Médecin généraliste"


def town_of(insee: str) -> str:
    commune = Commune.objects.filter(insee=insee).first() if insee else None
    return f"{commune.postal_codes[0]} {commune.name}" if commune and commune.postal_codes else ""
