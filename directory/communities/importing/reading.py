"""Read a list of members as people send it: a spreadsheet saved as CSV, or numbers one a line. Pure functions."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sasportal.accounts.identifiers import prefixed
from sasportal.spelling import plain

MOST_LINES = 5_000
MOST_BYTES = 1_000_000
SEPARATORS = (";", ",", "\t")
NUMBER_HEADS = {"rpps", "n rpps", "no rpps", "numero rpps", "identifiant rpps", "identifiant pp",
                "identification nationale pp", "identifiant national"}  # fmt: skip
SINCE_HEADS = {"depuis", "depuis le", "du", "debut", "date de debut", "a partir du"}
UNTIL_HEADS = {"jusqu au", "jusquau", "jusqu a", "au", "fin", "date de fin"}
# Workbooks, archives and UTF-16 begin so
NOT_TEXT = {b"PK\x03\x04": "un classeur", b"\xd0\xcf\x11\xe0": "un ancien classeur", b"%PDF": "un PDF"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NUMBER = re.compile(r"^[\s'\"]*\d")


class FileRefused(Exception):
    """The file cannot be read at all; the words say why and what to do."""


@dataclass(frozen=True, kw_only=True)
class ReadLine:
    """One line that says something; `number` is its own in the file."""

    number: int
    text: str
    since: str = ""
    until: str = ""

    @property
    def national_id(self) -> str:
        return prefixed(self.text)


@dataclass(frozen=True, kw_only=True)
class Columns:
    number: int
    since: int | None = None
    until: int | None = None


def read_file(data: bytes) -> list[ReadLine]:
    """Return the lines that say something; raises FileRefused before anything else is done."""
    if len(data) > MOST_BYTES:
        raise FileRefused(f"Ce fichier dépasse {MOST_BYTES // 1_000_000} Mo. Partagez-le en plusieurs.")
    rows = [(number, row) for number, row in _rows(_text(data)) if any(cell.strip() for cell in row)]
    if not rows:
        raise FileRefused("Ce fichier est vide.")
    columns = _columns(rows[0][1])
    lines = rows if columns is None else rows[1:]
    if not lines:
        raise FileRefused("Ce fichier n’a que sa ligne de titres.")
    if len(lines) > MOST_LINES:
        raise FileRefused(f"Ce fichier compte {len(lines)} lignes : {MOST_LINES} au plus. Partagez-le en plusieurs.")
    return [_line(number, row, columns or Columns(number=0)) for number, row in lines]


def _text(data: bytes) -> str:
    for start, what in NOT_TEXT.items():
        if data.startswith(start):
            raise FileRefused(f"Ce fichier est {what}, non du texte. Enregistrez-le au format CSV.")
    if data.startswith(UTF_16):
        raise FileRefused("Ce fichier est en UTF-16. Enregistrez-le au format CSV UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _windows_text(data)
    if "\0" in text:
        raise FileRefused("Ce fichier n’est pas du texte. Enregistrez-le au format CSV.")
    return text


def _windows_text(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise FileRefused("Les caractères de ce fichier sont illisibles. Enregistrez-le au format CSV UTF-8.") from None


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line each begins at."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    begins = 1
    try:
        for row in reader:
            yield begins, row
            begins = reader.line_num + 1
    except csv.Error:
        raise FileRefused(f"La ligne {begins} est illisible : vérifiez ses guillemets.") from None


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def _columns(head: Sequence[str]) -> Columns | None:
    """Where the columns stand; None: no line of titles, numbers in the first column."""
    if _NUMBER.match(head[0]):
        return None
    names = [plain(cell) for cell in head]
    number = _position(names, NUMBER_HEADS)
    if number is None:
        read = ", ".join(cell.strip()[:30] for cell in head[:8] if cell.strip())
        raise FileRefused(
            f"Aucune colonne « RPPS » (titres lus : {read}). Nommez ainsi la colonne des numéros, "
            "ou envoyez les numéros seuls, un par ligne."
        )
    return Columns(number=number, since=_position(names, SINCE_HEADS), until=_position(names, UNTIL_HEADS))


def _position(names: Sequence[str], wanted: set[str]) -> int | None:
    return next((at for at, name in enumerate(names) if name in wanted), None)


def _line(number: int, row: Sequence[str], columns: Columns) -> ReadLine:
    return ReadLine(
        number=number,
        text=_cell(row, columns.number)[:60],
        since=_cell(row, columns.since)[:30],
        until=_cell(row, columns.until)[:30],
    )


def _cell(row: Sequence[str], at: int | None) -> str:
    """The cell without blanks inside numbers, nor the apostrophe by which a spreadsheet marks text."""
    if at is None or at >= len(row):
        return ""
    return " ".join(row[at].split()).lstrip("'").strip()
