"""Orientations as a spreadsheet file: no cell can be taken for a formula."""

from collections.abc import Iterable, Iterator

from django.utils import timezone

from booking.forms import PORTAL_ZONE
from booking.lines import line
from booking.models import Orientation
from sasportal.spreadsheets import BYTE_ORDER_MARK, row

HEADS = (
    "Prise le", "Praticien", "Identifiant", "Lieu", "Téléphone", "Début", "Heures", "Modalité", "Voie", "État",
)  # fmt: skip


def as_csv(orientations: Iterable[Orientation]) -> Iterator[str]:
    """Yield the lines of the file, separated by semicolons as French spreadsheets expect."""
    now = timezone.now()
    yield BYTE_ORDER_MARK + row(HEADS)
    for one in orientations:
        said = line(one, now)
        taken = one.opened_at.astimezone(PORTAL_ZONE)
        yield row(
            (
                f"{taken:%d/%m/%Y %H:%M}", one.practitioner_name, one.practitioner or one.structure, one.place,
                said.phone, said.when, said.zone or "Heures de métropole", said.manner, said.way, said.label,
            )
        )  # fmt: skip
