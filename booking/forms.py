"""Everything the pages of orientations read from an address or a form."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from booking.lines import WITHOUT_RETURN
from booking.models import Orientation, OrientationState
from booking.orientations import NO_RETURN_AFTER
from sasportal.accounts.forms import FilterForm
from sasportal.accounts.models import User

PORTAL_ZONE = ZoneInfo("Europe/Paris")
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


class ChoiceForm(forms.Form):
    search = forms.UUIDField()
    slot = forms.CharField(max_length=64)


class PanelForm(forms.Form):
    search = forms.UUIDField(required=False)
    slot = forms.CharField(max_length=64)


class OrientationFilter(FilterForm):
    jour = forms.ChoiceField(label="Période", choices=list(DAYS.items()), required=False)
    etat = forms.ChoiceField(label="État", choices=list(STATES.items()), required=False)

    def apply(self, user: User, now: datetime) -> QuerySet[Orientation]:
        """The regulator's own orientations, newest first, as filtered."""
        found = Orientation.objects.filter(regulator=user, **self._period(now)).order_by("-opened_at")
        match STATE_OF_WORD.get(self.value("etat", "")):
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
