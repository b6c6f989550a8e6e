"""Everything typed or clicked in the own agenda goes through one of these forms."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from agenda.own.editing import Scope
from agenda.own.models import CONSULTATION_CHOICES, MOST_PATIENTS, TYPE_CHOICES, OfferKind
from agenda.own.plans import Plan, PlanRefused
from agenda.slots import Consultation, SlotType
from directory.effectors.places import Place
from sasportal.wording import WEEKDAYS

DATES = ["%Y-%m-%d", "%d/%m/%Y"]
TIMES = ["%H:%M", "%Hh%M", "%Hh", "%H h %M", "%H h"]
REPEATS = [("", "Une seule fois"), ("1", "Toutes les semaines"), ("2", "Une semaine sur deux"),
           ("3", "Une semaine sur trois"), ("4", "Une semaine sur quatre")]  # fmt: skip
SCOPES = [
    (Scope.ONE.value, "Cette date seulement"),
    (Scope.FOLLOWING.value, "Cette date et les suivantes"),
    (Scope.ALL.value, "Toutes les dates à venir de la série"),
]
MOST_EXCEPTIONS = 60
WRITTEN_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
FIELD_OF_PLAN = {
    "place_key": "lieu",
    "kind": "nature",
    "first_day": "jour",
    "start_time": "debut",
    "end_time": "fin",
    "capacity": "patients",
    "types": "types",
    "consultation": "modes",
    "last_day": "jusquau",
}


def _day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _time_input() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "900"})


class ExceptionDates(forms.Field):
    """Dates written "08/12/2026, 15/12/2026"."""

    def to_python(self, value: Any) -> tuple[date, ...]:
        words = [word for word in re.split(r"[\s,;]+", str(value or "")) if word]
        if len(words) > MOST_EXCEPTIONS:
            raise forms.ValidationError(f"{MOST_EXCEPTIONS} exceptions au plus.")
        return tuple(sorted({self._day(word) for word in words}))

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else ", ".join(f"{day:%d/%m/%Y}" for day in value)

    @staticmethod
    def _day(word: str) -> date:
        written = WRITTEN_DATE.fullmatch(word)
        try:
            return date(*(int(part) for part in reversed(written.groups()))) if written else date.fromisoformat(word)
        except ValueError:
            raise forms.ValidationError("Écrivez chaque date ainsi : 08/12/2026.") from None


class OfferForm(forms.Form):
    """A slot, a range or a weekly series. `as_plan` after `is_valid`."""

    lieu = forms.ChoiceField(label="Lieu")
    nature = forms.ChoiceField(label="Que proposez-vous ?", choices=OfferKind.choices, widget=forms.RadioSelect)
    patients = forms.IntegerField(
        label="Nombre de patients", min_value=1, max_value=MOST_PATIENTS, required=False,
        help_text="Pour une plage : combien de patients y recevez-vous au plus ?",
    )  # fmt: skip
    jour = forms.DateField(label="Jour", input_formats=DATES, widget=_day_input())
    debut = forms.TimeField(label="Début", input_formats=TIMES, widget=_time_input(), help_text="Au quart d’heure.")
    fin = forms.TimeField(label="Fin", input_formats=TIMES, widget=_time_input(), help_text="Au quart d’heure.")
    modes = forms.MultipleChoiceField(
        label="Mode de consultation", choices=CONSULTATION_CHOICES, widget=forms.CheckboxSelectMultiple
    )
    types = forms.MultipleChoiceField(label="Ouvert à", choices=TYPE_CHOICES, widget=forms.CheckboxSelectMultiple)
    repetition = forms.ChoiceField(label="Répétition", choices=REPEATS, required=False)
    jours = forms.TypedMultipleChoiceField(
        label="Jours de la semaine", choices=[(number, name.capitalize()) for number, name in enumerate(WEEKDAYS)],
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    jusquau = forms.DateField(
        label="Jusqu’au", input_formats=DATES, widget=_day_input(), required=False,
        help_text="Vide : sans date de fin.",
    )  # fmt: skip
    sauf = ExceptionDates(
        label="Sauf", required=False,
        help_text="Dates sans consultation, séparées par des virgules : 08/12/2026, 15/12/2026.",
    )  # fmt: skip
    vu = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: Sequence[Place], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lieu"].choices = [(place.key, place.label) for place in places]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("nature") == OfferKind.RANGE and "patients" not in self.errors and not said.get("patients"):
            self.add_error("patients", "Indiquez combien de patients vous recevez dans cette plage.")
        return said

    def as_plan(self) -> Plan:
        said = self.cleaned_data
        repeats = int(said["repetition"] or 0)
        is_range = said["nature"] == OfferKind.RANGE
        return Plan(
            place_key=said["lieu"],
            kind=said["nature"],
            first_day=said["jour"],
            start_time=said["debut"],
            end_time=said["fin"],
            capacity=said["patients"] if is_range else 1,
            types=tuple(said["types"]),
            consultation=tuple(said["modes"]),
            weekdays=tuple(sorted(said["jours"])) or (said["jour"].weekday(),) if repeats else (),
            every=repeats or 1,
            last_day=said["jusquau"] if repeats else None,
            exceptions=said["sauf"] if repeats else (),
        )

    def refuse(self, refused: PlanRefused) -> None:
        """Tie a refusal of the plan to the field it is about."""
        self.add_error(FIELD_OF_PLAN.get(refused.field), refused.sentence)


class ChangeForm(OfferForm):
    """The same, for what is already offered; `portee` only matters within a series."""

    portee = forms.ChoiceField(label="Que modifiez-vous ?", choices=SCOPES, widget=forms.RadioSelect)

    @property
    def scope(self) -> Scope:
        return Scope(self.cleaned_data["portee"])


class WithdrawForm(forms.Form):
    portee = forms.ChoiceField(label="Que supprimez-vous ?", choices=SCOPES, widget=forms.RadioSelect)

    @property
    def scope(self) -> Scope:
        return Scope(self.cleaned_data["portee"])


def said_by(plan: Plan) -> dict[str, Any]:
    """Fill a form with what is offered now."""
    return {
        "lieu": plan.place_key,
        "nature": plan.kind,
        "patients": plan.capacity,
        "jour": plan.first_day,
        "debut": plan.start_time,
        "fin": plan.end_time,
        "modes": list(plan.consultation),
        "types": list(plan.types),
        "repetition": str(plan.every) if plan.weekdays else "",
        "jours": list(plan.weekdays),
        "jusquau": plan.last_day,
        "sauf": plan.exceptions,
    }


def fresh(places: Sequence[Place]) -> dict[str, Any]:
    """What a new offer starts from: regulation only, at the surgery."""
    return {
        "lieu": places[0].key if places else "",
        "nature": OfferKind.SLOT.value,
        "modes": [Consultation.SURGERY.value],
        "types": [SlotType.SNP.value],
    }
