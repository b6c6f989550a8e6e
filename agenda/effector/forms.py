"""Everything an effector says of himself goes through one of these forms."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from agenda.forms import SECTORS
from agenda.own.models import TYPE_CHOICES
from directory.effectors.rights import Effector
from directory.finding import find_structures
from directory.models import EffectorSettings, Invitation, ParticipationVia, Structure
from directory.participation import Declaration, DeclarationRefused
from directory.participation.declaration import CATEGORY_OF
from sasportal.phones import french_phone

TIMES = ["%H:%M", "%Hh%M", "%Hh", "%H h %M", "%H h"]
EVERYWHERE, CHOSEN = "partout", "choix"
WAYS = [
    (ParticipationVia.INDIVIDUAL.value, "À titre individuel"),
    (ParticipationVia.CPTS.value, "Via ma CPTS"),
    (ParticipationVia.MSP.value, "Via ma maison de santé (MSP)"),
    (ParticipationVia.SOS.value, "Via SOS Médecins"),
    (ParticipationVia.NONE.value, "Je ne participe pas"),
]
FIELD_OF_REFUSAL = {"structure": "structure", "places": "lieux", "starts_at": "du", "ends_at": "au"}


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def time_input() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class DeclarationForm(forms.Form):
    """How one takes part. `declaration` after `is_valid`; `candidates` when a name means several structures."""

    via = forms.ChoiceField(label="Comment participez-vous au SAS ?", choices=WAYS, widget=forms.RadioSelect)
    structure = forms.CharField(
        label="Structure", max_length=100, required=False,
        help_text="Son nom, son numéro FINESS ou, pour SOS Médecins, son SIRET. Inutile à titre individuel.",
    )  # fmt: skip
    choisie = forms.CharField(max_length=14, required=False, widget=forms.HiddenInput)
    ou = forms.ChoiceField(
        label="À quels lieux ?", widget=forms.RadioSelect, required=False,
        choices=[(EVERYWHERE, "Tous mes lieux, présents et à venir"), (CHOSEN, "Certains lieux seulement")],
    )  # fmt: skip
    lieux = forms.MultipleChoiceField(label="Lieux concernés", required=False, widget=forms.CheckboxSelectMultiple)
    du = forms.DateField(label="À partir du", required=False, widget=day_input(), help_text="Vide : dès maintenant.")
    au = forms.DateField(label="Jusqu’au", required=False, widget=day_input(), help_text="Vide : sans date de fin.")
    avec = forms.BooleanField(
        label="Garder aussi mes autres participations à ces lieux", required=False,
        help_text="Par exemple une maison de santé et une CPTS. Sinon, celle-ci les remplace.",
    )  # fmt: skip

    invitation = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, effector: Effector, invitation: Invitation | None = None, **options: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self.effector = effector
        if invitation is not None:  # the structure that invites has chosen the way; places and dates remain
            for name in ("via", "structure"):
                self.fields[name].widget = forms.HiddenInput()
        self.candidates: list[tuple[str, str]] = []
        self.fields["lieux"].choices = [(p.key, p.label) for p in effector.places]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("ou") == CHOSEN and not said.get("lieux") and "lieux" not in self.errors:
            self.add_error("lieux", "Cochez au moins un lieu.")
        category = CATEGORY_OF.get(ParticipationVia(said["via"])) if said.get("via") else None
        said["code"] = self._structure(said, category) if category else ""
        return said

    def _structure(self, said: dict[str, Any], category: str) -> str:
        """FINESS or SIRET of the structure meant; several of that name are offered to choose from."""
        text = said.get("choisie") or said.get("structure") or ""
        if not text:
            self.add_error("structure", "Indiquez la structure par laquelle vous participez.")
            return ""
        found = find_structures(text, categories=[category])
        if len(found) == 1:
            return code_of(found[0])
        self.candidates = [(code_of(one), f"{one.name}, {one.city} ({code_of(one)})") for one in found]
        unknown = "Aucune structure de ce type n’a ce nom ou ce numéro."
        self.add_error("structure", "Choisissez la vôtre ci-dessous." if found else unknown)
        return ""

    @property
    def declaration(self) -> Declaration:
        said, here = self.cleaned_data, ZoneInfo(self.effector.zone())
        today = timezone.now().astimezone(here).date()
        later = said["du"] if said["du"] and said["du"] != today else None
        return Declaration(
            via=said["via"],
            structure=said["code"],
            places=tuple(said["lieux"]) if said["ou"] == CHOSEN else (),
            starts_at=midnight(later, here) if later else None,
            ends_at=midnight(said["au"] + timedelta(days=1), here) if said["au"] else None,
            beside_others=said["avec"],
        )

    def refuse(self, refused: DeclarationRefused) -> None:
        self.add_error(FIELD_OF_REFUSAL.get(refused.field), str(refused))


class InvitationForm(forms.Form):
    """Which invitation a page answers; none is the usual case."""

    invitation = forms.UUIDField(required=False)


def code_of(structure: Structure) -> str:
    return structure.finess or structure.siret


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


class SettingsForm(forms.Form):
    """General settings; each says its effect."""

    accepts_editor_slots = forms.BooleanField(
        label="Montrer au 15 les créneaux de mon logiciel d’agenda", required=False,
        help_text="Décoché : plus aucun créneau de votre logiciel n’apparaît ; ceux de l’agenda du portail restent.",
    )  # fmt: skip
    software = forms.CharField(
        label="Mon logiciel d’agenda", max_length=60, required=False, help_text="Pour information."
    )
    without_software = forms.BooleanField(
        label="Je n’ai pas de logiciel d’agenda", required=False,
        help_text="Coché : aucun éditeur n’est interrogé pour vous ; seul l’agenda du portail compte.",
    )  # fmt: skip
    accepts_on_top = forms.BooleanField(
        label="J’accepte des patients en sus de mes créneaux", required=False,
        help_text="Coché : le 15 peut vous appeler (ou votre CPTS) pour convenir d’une heure.",
    )  # fmt: skip
    declares_two_hours = forms.BooleanField(
        label="Je déclare offrir deux heures par semaine au SAS", required=False,
        help_text="Le portail vous montre ce que vos créneaux représentent chaque semaine.",
    )  # fmt: skip
    convention_sector = forms.ChoiceField(label="Secteur conventionnel", choices=SECTORS, required=False)
    additional_information = forms.CharField(
        label="Informations pour les régulateurs", max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="1 000 caractères au plus. Montrées aux régulateurs seulement, jamais aux patients.",
    )  # fmt: skip
    notice_email = forms.EmailField(
        label="Adresse pour être prévenu des patients orientés", required=False,
        help_text="Vide : l’adresse de votre compte, s’il en a une. Aucun nom de patient n’y est envoyé.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("without_software") and said.get("software"):
            self.add_error("software", "Videz ce champ, ou décochez « Je n’ai pas de logiciel d’agenda ».")
        return said

    def clean_convention_sector(self) -> str:
        return self.cleaned_data["convention_sector"] or ""

    @classmethod
    def filled(cls, settings: EffectorSettings) -> "SettingsForm":
        form = cls(initial={name: getattr(settings, name) for name in cls.base_fields})
        form.fields["convention_sector"].choices = [("", "Non précisé"), *SECTORS[1:]]  # type: ignore[attr-defined]
        return form


class PlaceForm(forms.Form):
    """The phone regulators see for one place, and the types of editor slots shown there."""

    lieu = forms.CharField(max_length=64, widget=forms.HiddenInput)
    phone = forms.CharField(label="Téléphone montré au 15", max_length=20, required=False)
    types = forms.MultipleChoiceField(
        label="Créneaux de mon logiciel montrés au 15 pour ce lieu", choices=TYPE_CHOICES, required=False,
        widget=forms.CheckboxSelectMultiple, help_text="Rien de coché : aucun créneau de votre logiciel pour ce lieu.",
    )  # fmt: skip

    def clean_phone(self) -> str:
        written = self.cleaned_data["phone"]
        if written and not french_phone(written):
            raise ValidationError("Ce n’est pas un numéro français joignable : dix chiffres, hors numéros surtaxés.")
        return written

    @property
    def refused(self) -> tuple[str, ...]:
        return tuple(code for code, _ in TYPE_CHOICES if code not in self.cleaned_data["types"])


class AbsenceForm(forms.Form):
    """From a day (and an hour) to a day (and an hour), the last day included when no hour is given."""

    du = forms.DateField(label="Du", widget=day_input())
    debut = forms.TimeField(label="À (facultatif)", input_formats=TIMES, required=False, widget=time_input())
    au = forms.DateField(label="Au (inclus)", widget=day_input())
    fin = forms.TimeField(label="Jusqu’à (facultatif)", input_formats=TIMES, required=False, widget=time_input())

    def __init__(self, *args: Any, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.here = ZoneInfo(zone)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("du") and said.get("au"):
            if self.ends_at <= self.starts_at:
                self.add_error("au", "La fin doit suivre le début.")
            elif self.ends_at <= timezone.now():
                self.add_error("au", "Cette absence est déjà passée.")
            elif self.ends_at - self.starts_at > timedelta(days=366):
                self.add_error("au", "Une absence dure un an au plus.")
        return said

    @property
    def starts_at(self) -> datetime:
        said = self.cleaned_data
        return datetime.combine(said["du"], said.get("debut") or time.min, tzinfo=self.here)

    @property
    def ends_at(self) -> datetime:
        said = self.cleaned_data
        if said.get("fin"):
            return datetime.combine(said["au"], said["fin"], tzinfo=self.here)
        return midnight(said["au"] + timedelta(days=1), self.here)


def repeated(said: QueryDict, form: forms.Form) -> Sequence[tuple[str, str]]:
    """Everything a GET form said, for the form that confirms it."""
    return [(name, str(value)) for name, values in said.lists() if name in form.fields for value in values]
