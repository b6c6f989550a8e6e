"""Lists of a structure as spreadsheet files; that of members can be sent back as an import."""

from collections.abc import Iterable, Iterator
from datetime import date

from directory.communities.members import Member
from directory.models import MemberImportLine
from directory.numbers import bare
from sasportal.spreadsheets import BYTE_ORDER_MARK, row

MEMBER_HEADS = ("RPPS", "Nom", "Profession", "Spécialité", "Ville", "Depuis", "Jusqu’au", "Lieux", "Participe aussi")
LINE_HEADS = ("Ligne", "RPPS lu", "Depuis", "Jusqu’au", "Résultat", "Explication")


def members_csv(members: Iterable[Member]) -> Iterator[str]:
    """Yield the lines of the file."""
    yield BYTE_ORDER_MARK + row(MEMBER_HEADS)
    for one in members:
        yield row(
            (
                bare(one.national_id), one.name, one.profession, one.specialty, one.town, _day(one.since),
                _day(one.until), " ; ".join(one.places) or "tous", " ; ".join(one.beside),
            )
        )  # fmt: skip


def lines_csv(lines: Iterable[MemberImportLine]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + row(LINE_HEADS)
    for one in lines:
        yield row(
            (
                str(one.number), one.text, one.since_text, one.until_text, one.get_outcome_display(), one.reason,
            )
        )  # fmt: skip


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
