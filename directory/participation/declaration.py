"""A declaration before it is written: what is said, and whether it can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from directory.models import Activity, ParticipationVia, Practitioner, Structure, StructureCategory
from directory.participation.refusals import (
    PeriodPast,
    PeriodReversed,
    PlaceNotHis,
    PractitionerUnknown,
    StructureMissing,
    StructureUnexpected,
    StructureUnknown,
)
from directory.participation.stretches import EVERYWHERE, Stretch

CATEGORY_OF = {
    ParticipationVia.CPTS: StructureCategory.CPTS,
    ParticipationVia.MSP: StructureCategory.MSP,
    ParticipationVia.SOS: StructureCategory.SOS,
}
VIA_OF = {category: via for via, category in CATEGORY_OF.items()}
# A form filled in at 23:59 may be sent after midnight
TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One way, through one structure, at some places (none: everywhere), from `starts_at` (None: now) to `ends_at`.

    `structure` is the FINESS of a CPTS or MSP, the SIRET of an SOS association. Without `beside_others`
    the declaration replaces whatever stood at these places.
    """

    via: str
    structure: str = ""
    places: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    beside_others: bool = False

    def stretches(self, now: datetime) -> tuple[Stretch, ...]:
        start = max(self.starts_at or now, now)
        return tuple(
            Stretch(via=self.via, structure=self.structure, place=place, start=start, end=self.ends_at)
            for place in self.places or (EVERYWHERE,)
        )

    def says(self, one: Stretch) -> bool:
        """Is this stretch what is declared, not what goes on beside it or after it?"""
        same_way = (one.via, one.structure) == (self.via, self.structure)
        return same_way and one.place in (self.places or (EVERYWHERE,)) and one.end == self.ends_at


def check(*, national_id: str, declaration: Declaration, now: datetime) -> None:
    """Raise the DeclarationRefused that declare() would raise, writing nothing."""
    if not Practitioner.objects.filter(national_id=national_id, closed_at=None).exists():
        raise PractitionerUnknown(national_id)
    check_structure(ParticipationVia(declaration.via), declaration.structure)
    if not set(declaration.places) <= set(places_of(national_id)):
        raise PlaceNotHis
    if declaration.starts_at and declaration.starts_at < now - TOLERANCE:
        raise PeriodPast
    if declaration.ends_at and declaration.ends_at <= max(declaration.starts_at or now, now):
        raise PeriodReversed


def check_structure(via: ParticipationVia, structure: str) -> None:
    category = CATEGORY_OF.get(via)
    if category is None:
        if structure:
            raise StructureUnexpected(via.label)
        return
    if not structure:
        raise StructureMissing(via.label)
    column = "siret" if via == ParticipationVia.SOS else "finess"
    open_ones = Structure.objects.filter(category=category, closed_at=None)
    if not open_ones.filter(**{column: structure}).exists():
        raise StructureUnknown(structure, category.label)


def places_of(national_id: str) -> Sequence[str]:
    rows = Activity.objects.filter(practitioner_id=national_id, closed_at=None)
    return list(rows.order_by("place_key").values_list("place_key", flat=True).distinct())
