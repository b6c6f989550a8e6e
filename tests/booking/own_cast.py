"""A practitioner with places in the portal's own agenda, and searches of regulators that found her."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from agenda.own.models import Occurrence, Series
from agenda.searches import Search, open_search
from directory.candidates import candidates
from directory.found import Found
from directory.models import Activity, EffectorSettings, Participation, Practitioner
from directory.structures import structure_card
from sasportal.accounts.models import Role, User
from tests.accounts.people import professional
from tests.agenda.cast import AGEN, search_arguments

ANNE = "899700001001"
PLACES = {
    "lilas": ("12 rue des Lilas", "47000", "Agen", "47", "0199001234"),
    "phare": ("3 rue du Phare", "97400", "Saint-Denis", "974", "0639981234"),
}
COLUMNS = ("line", "postal_code", "city", "department", "phone")


def anne(*, takes_part: bool = True, **settings: Any) -> Practitioner:
    """Anne TENUE, general practitioner in Agen and in Saint-Denis, without software."""
    person = Practitioner.objects.create(
        national_id=ANNE, civility="DR", family_name="TENUE", given_name="Anne", profession="10",
        search_name="tenue anne", search_name_given_first="anne tenue",
    )  # fmt: skip
    for key, where in PLACES.items():
        Activity.objects.create(
            practitioner=person, key=f"{key}|SM54", place_key=key, profession="10", specialty="SM54",
            **dict(zip(COLUMNS, where, strict=True)),
        )  # fmt: skip
    if takes_part:
        Participation.objects.create(
            national_id=ANNE, via="individual", starts_at=timezone.now() - timedelta(days=1), declared_by="test"
        )
    EffectorSettings.objects.create(national_id=ANNE, without_software=True, **settings)
    return person


def in_two_hours() -> datetime:
    """A quarter of an hour about two hours ahead."""
    soon = timezone.now() + timedelta(hours=2)
    return soon.replace(minute=soon.minute // 15 * 15, second=0, microsecond=0)


def offered(*, capacity: int = 1, start: datetime | None = None, place: str = "lilas", **more: Any) -> Occurrence:
    """A slot of half an hour, or a range of two hours for several patients."""
    start = start or in_two_hours()
    offer = {
        "national_id": ANNE, "place_key": place, "time_zone": "Europe/Paris",
        "kind": "range" if capacity > 1 else "slot", "capacity": capacity, "types": ["SNP"], "consultation": ["AMB"],
    }  # fmt: skip
    minutes = 120 if capacity > 1 else 30
    series = Series.objects.create(
        first_day=start.date(), start_time=start.time(), duration_minutes=minutes, **offer
    )  # fmt: skip
    return Occurrence.objects.create(
        series=series, day=start.date(), start=start, end=start + timedelta(minutes=minutes), **(offer | more)
    )


def regulator(number: int = 0) -> User:
    return professional(f"8997{number:08d}", Role.REGULATOR)


def search_for(user: User, *structures: str, **more: Any) -> Search:
    """An open search of this regulator that found Anne, and these structures."""
    cards = tuple(filter(None, (structure_card(code) for code in structures)))
    found = Found(candidates=candidates([ANNE]), structures=cards, radius_km=30)
    arguments = search_arguments(owner=str(user.technical_id), near=AGEN, found=found)
    return open_search(**(arguments | more))


def key_of(row: Occurrence) -> str:
    return f"own:{row.pk}"
