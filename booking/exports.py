"""Orientations as a spreadsheet file: no cell can be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils import timezone

from booking.forms import PORTAL_ZONE
from booking.lines import line
from booking.models import Orientation

HEADS = (
    "Prise le", "Praticien", "Identifiant", "Lieu", "Téléphone", "Début", "Heures", "Modalité", "Voie", "État",
)  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"  # spreadsheets read UTF-8 only with it
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(orientations: Iterable[Orientation]) -> Iterator[str]:
    """Yield the lines of the file, separated by semicolons as French spreadsheets expect."""
    now = timezone.now()
    yield BYTE_ORDER_MARK + _row(HEADS)
    for one in orientations:
        said = line(one, now)
        taken = one.opened_at.astimezone(PORTAL_ZONE)
        yield _row(
            (
                f"{taken:%d/%m/%Y %H:%M}", one.practitioner_name, one.practitioner, one.place, said.phone,
                said.when, said.zone or "Heures de métropole", said.manner, said.way, said.label,
            )
        )  # fmt: skip


def safe_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute."""
    text = text.replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(
        [safe_cell(cell) for cell in cells]
    )
    return out.getvalue()
