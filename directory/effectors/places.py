"""Where practitioners practise now, for their own pages: by address, with the phone they chose."""

from collections.abc import Sequence
from dataclasses import dataclass

from directory.models import Activity, PlaceSettings
from directory.zones import zone_of_postal_code


class PlaceUnknown(Exception):
    """The practitioner does not (or no longer) practise there."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place of practice. `national_phone` is the directory's, `phone` the one shown to regulators."""

    key: str
    line: str
    postal_code: str
    city: str
    structure_name: str
    structure_id: str
    phone: str
    national_phone: str
    refused_types: tuple[str, ...] = ()

    @property
    def time_zone(self) -> str:
        return zone_of_postal_code(self.postal_code)

    @property
    def label(self) -> str:
        address = " ".join(filter(None, [self.postal_code, self.city]))
        return ", ".join(filter(None, [self.structure_name, self.line, address])) or "Lieu sans adresse"


def places_of(national_ids: Sequence[str]) -> dict[str, tuple[Place, ...]]:
    """Places where each of these people practises now, by address; two queries."""
    rows = Activity.objects.filter(practitioner_id__in=national_ids, closed_at=None)
    chosen = {
        (one.national_id, one.place_key): one for one in PlaceSettings.objects.filter(national_id__in=national_ids)
    }
    found: dict[str, dict[str, Place]] = {national_id: {} for national_id in national_ids}
    for row in rows.order_by("postal_code", "line", "key"):
        settings = chosen.get((row.practitioner_id, row.place_key))
        found[row.practitioner_id].setdefault(row.place_key, _place(row, settings))
    return {national_id: tuple(places.values()) for national_id, places in found.items()}


def _place(row: Activity, settings: PlaceSettings | None) -> Place:
    return Place(
        key=row.place_key,
        line=row.line,
        postal_code=row.postal_code,
        city=row.city,
        structure_name=row.structure_name,
        structure_id=row.structure_id,
        phone=(settings.phone if settings else "") or row.phone,
        national_phone=row.phone,
        refused_types=tuple(settings.refused_types) if settings else (),
    )
