"""Copy an extraction into an unlogged table of text, one column per field, as fast as the server reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.db import connection, transaction

from directory.loading.columns import Format, match_header
from directory.loading.failures import WrongFile

Say = Callable[[str], None]
LINES_PER_WRITE = 5_000
SAY_EVERY = 200_000
# Bytes that COPY would take for its own; none belongs in these files.
CONTROL_BYTES = b"\x00\x01\x02\r"
MOST_BROKEN_SHARE = 0.01


@dataclass(frozen=True, kw_only=True)
class Staged:
    table: str
    rows: int
    broken: int


def stage(path: Path, layout: Format, table: str, *, say: Say) -> Staged:
    """Copy `path` into `table`. Lines cut in the middle are counted and left out, too many refuse the file."""
    with open_source(path) as source:
        header = source.readline()
        columns = match_header(decoded(header, 1).rstrip("\r\n|").split("|"), layout)
        create_table(table, columns, layout)
        rows, broken = copy_lines(source, table, columns, say=say)
    if rows == 0 or broken > rows * MOST_BROKEN_SHARE:
        raise WrongFile(f"{path.name} : {rows} lignes lisibles et {broken} lignes abîmées. Rien n'a changé.")
    say(f"  {rows} lignes lues, {broken} abîmées laissées de côté")
    return Staged(table=table, rows=rows, broken=broken)


def open_source(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise WrongFile(f"Fichier illisible : {path} ({error.strerror}). Rien n'a changé.") from error


def create_table(table: str, columns: list[str], layout: Format) -> None:
    # Fields that this delivery lacks exist all the same, empty.
    absent = [f"{field} text NOT NULL DEFAULT ''" for field in layout.headers if field not in columns]
    present = [f"{column} text NOT NULL" for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE UNLOGGED TABLE {table} ({', '.join(present + absent)})")


def copy_lines(source: IO[bytes], table: str, columns: list[str], *, say: Say) -> tuple[int, int]:
    counted = Lines(separators=len(columns) - 1)
    statement = (
        f"COPY {table} ({', '.join(columns)}) FROM STDIN "
        "(FORMAT csv, DELIMITER '|', QUOTE E'\\x01', NULL E'\\x02', ENCODING 'UTF8')"
    )
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in counted.blocks(source):
            copy.write(block)
            if counted.good // SAY_EVERY != counted.said:
                counted.said = counted.good // SAY_EVERY
                say(f"  {counted.good} lignes lues…")
    return counted.good, counted.broken


class Lines:
    """Cleans lines and counts them: LF or CRLF, with or without a last separator."""

    def __init__(self, *, separators: int) -> None:
        self.separators = separators
        self.good = self.broken = self.said = 0

    def blocks(self, source: IO[bytes]) -> Iterator[str]:
        kept: list[bytes] = []
        for raw in source:
            line = raw if raw.count(b"|") == self.separators else self.mended(raw)
            if not line:
                continue
            kept.append(line)
            if len(kept) == LINES_PER_WRITE:
                yield self.block(kept)
                kept = []
        if kept:
            yield self.block(kept)

    def mended(self, raw: bytes) -> bytes:
        """The line without its last separator; empty, and counted, when that was not the matter."""
        line = raw.rstrip(b"\r\n")
        if line.count(b"|") == self.separators + 1 and line.endswith(b"|"):
            return line[:-1] + b"\n"
        self.broken += bool(line)
        return b""

    def block(self, lines: list[bytes]) -> str:
        if not lines[-1].endswith(b"\n"):
            lines[-1] += b"\n"
        text = decoded(b"".join(lines).translate(None, CONTROL_BYTES), self.good + 2)
        self.good += len(lines)
        return text


def decoded(raw: bytes, line: int) -> str:
    try:
        return raw.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise WrongFile(f"Le fichier n'est pas en UTF-8 (vers la ligne {line}). Rien n'a changé.") from error
