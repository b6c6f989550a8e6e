"""Everything the pages of orientations read from an address or a form."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet

from booking.lines import WITHOUT_RETURN
from booking.models import CancelReason, Orientation, OrientationState
from booking.states import NO_RETURN_AFTER
from directory.found import CandidatePlace
from sasportal.accounts.forms import FilterForm
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import grants_now

PORTAL_ZONE = ZoneInfo("Europe/Paris")
REASONS = [(code, text) for code, text in CancelReason.choices if code != CancelReason.UNDONE]
WHOSE = {"": "Moi", "territoire": "Mon territoire"}
DAYS = {"aujourdhui": "Aujourd’hui", "hier": "Hier", "semaine": "7 derniers jours"}
STATES = {
    "": "Tous les états",
    "ouverte": "Ouverte",
    "confirmee": "Confirmée",
    "sans-retour": "Sans retour",
    "honoree": "Honorée",
    "absent": "Patient absent",
    "annulee": "Annulée",
}
STATE_OF_WORD = {
    "ouverte": OrientationState.OPENED,
    "confirmee": OrientationState.BOOKED,
    "sans-retour": WITHOUT_RETURN,
    "honoree": OrientationState.FULFILLED,
    "absent": OrientationState.NOSHOW,
    "annulee": OrientationState.CANCELLED,
}


class OwnSlotForm(forms.Form):
    """A slot of the own agenda; with `token`, the order to take it."""

    search = forms.UUIDField()
    slot = forms.CharField(max_length=64)
    token = forms.UUIDField(required=False)


class OnTopForm(forms.Form):
    """With whom, when and where a patient on top was agreed.

    `slot`: "top:" and a national id, a FINESS or a prefixed SIRET.
    """

    search = forms.UUIDField(widget=forms.HiddenInput)
    slot = forms.RegexField(r"\Atop:[0-9A-Za-z/]{1,50}\Z", widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)
    lieu = forms.ChoiceField(label="Lieu", required=False)
    jour = forms.DateField(label="Jour convenu", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    heure = forms.TimeField(
        label="Heure convenue", input_formats=["%H:%M", "%Hh%M", "%Hh", "%H h %M", "%H h"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Sequence[CandidatePlace] = (), zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zones = {place.key: place.time_zone for place in places} | {"": zone}
        choices = [(place.key, f"{place.line}, {place.postal_code} {place.city}".strip(" ,")) for place in places]
        self.fields["lieu"].choices = choices  # type: ignore[attr-defined]
        if len(choices) < 2:
            self.fields["lieu"].widget = forms.HiddenInput()
            self.fields["lieu"].initial = choices[0][0] if choices else ""

    @property
    def start(self) -> datetime:
        """The instant agreed, on the clock of the place."""
        said = self.cleaned_data
        return datetime.combine(said["jour"], said["heure"], tzinfo=ZoneInfo(self.zones[said["lieu"]]))


class CancelForm(forms.Form):
    """Why what was agreed is cancelled: a choice, never free text."""

    motif = forms.ChoiceField(label="Pourquoi annulez-vous ?", choices=REASONS, widget=forms.RadioSelect)


class AttendanceForm(forms.Form):
    venue = forms.ChoiceField(choices=[("venu", ""), ("absent", "")])

    @property
    def state(self) -> OrientationState:
        came = self.cleaned_data["venue"] == "venu"
        return OrientationState.FULFILLED if came else OrientationState.NOSHOW


class ChoiceForm(forms.Form):
    search = forms.UUIDField()
    slot = forms.CharField(max_length=64)


class PanelForm(forms.Form):
    search = forms.UUIDField(required=False)
    slot = forms.CharField(max_length=64)


class OrientationFilter(FilterForm):
    qui = forms.ChoiceField(label="Prises par", choices=list(WHOSE.items()), required=False)
    jour = forms.ChoiceField(label="Période", choices=list(DAYS.items()), required=False)
    etat = forms.ChoiceField(label="État", choices=list(STATES.items()), required=False)

    def apply(self, user: User, now: datetime) -> QuerySet[Orientation]:
        """The orientations of this regulator (or of his territory), newest first, as filtered."""
        whose = of_territory_of(user) if self.value("qui") == "territoire" else Q(regulator=user)
        found = Orientation.objects.filter(whose, **self._period(now)).order_by("-opened_at")
        found = found.select_related("occurrence", "regulator", "appointment")
        match STATE_OF_WORD.get(self.value("etat")):
            case None:
                return found
            case "without_return":
                late = now - NO_RETURN_AFTER
                return found.filter(state=OrientationState.OPENED, opened_at__lt=late).exclude(booking_url="")
            case OrientationState.OPENED:
                late = now - NO_RETURN_AFTER
                waiting = found.filter(state=OrientationState.OPENED)
                return waiting.exclude(pk__in=waiting.filter(opened_at__lt=late).exclude(booking_url=""))
            case state:
                return found.filter(state=state)

    def _period(self, now: datetime) -> dict[str, Any]:
        today = datetime.combine(now.astimezone(PORTAL_ZONE).date(), time.min, tzinfo=PORTAL_ZONE)
        match self.value("jour", "aujourdhui"):
            case "hier":
                return {"opened_at__gte": today - timedelta(days=1), "opened_at__lt": today}
            case "semaine":
                return {"opened_at__gte": today - timedelta(days=6)}
            case _:
                return {"opened_at__gte": today}


def of_territory_of(user: User) -> Q:
    """Orientations of those who regulate in one of this person's territories; of himself alone without one."""
    mine = grants_now(user).filter(role=Role.REGULATOR).exclude(territory=None).values_list("territory", flat=True)
    colleagues = User.objects.filter(grants__role=Role.REGULATOR, grants__territory__in=list(mine))
    return Q(regulator=user) | Q(regulator__in=colleagues)
