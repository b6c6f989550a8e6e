"""What a patient asks, and slots of every kind offered by one practitioner to an editor or in his own agenda."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import combinations

from django.utils import timezone

from agenda.own.models import Occurrence, Series
from agenda.slots import SlotType

HOME = "/patient/"
RESULTS = "/patient/recherche"
SEARCH = {"quoi": "médecin généraliste", "ou": "47000 Agen"}
# Every combination of types, from none at all to all four
MIXES = [mix for size in range(5) for mix in combinations([kind.value for kind in SlotType], size)]


def tomorrow(hour: int = 9) -> datetime:
    """That hour of UTC on the day after today's, as Agen counts its days."""
    return datetime.combine(timezone.localdate() + timedelta(days=1), time(hour), tzinfo=UTC)


def own_slot(national_id: str, place_key: str, start: datetime, types: Sequence[str]) -> None:
    offered = {
        "national_id": national_id, "place_key": place_key, "time_zone": "Europe/Paris", "kind": "slot",
        "types": list(types), "consultation": ["AMB"],
    }  # fmt: skip
    series = Series.objects.create(
        first_day=start.date(), start_time=start.time(), duration_minutes=15, **offered
    )  # fmt: skip
    Occurrence.objects.create(
        series=series, day=start.date(), start=start, end=start + timedelta(minutes=15), **offered
    )
