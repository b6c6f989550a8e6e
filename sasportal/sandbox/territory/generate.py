"""Write a whole territory into a folder."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sasportal.sandbox.territory.cast import cast
from sasportal.sandbox.territory.editors import EditorFiles
from sasportal.sandbox.territory.extraction import HEADER, KNOW_HOW_HEADER, know_how_line, lines
from sasportal.sandbox.territory.finess import write_finess
from sasportal.sandbox.territory.local import LocalFiles, midnight
from sasportal.sandbox.territory.people import Person, person

PERSONS = {"tiny": 1_000, "demo": 10_000, "full": 1_400_000}
NEWCOMERS_A_MONTH = 0.004
SAY_EVERY = 100_000


def generate(
    out: Path, *, persons: int, today: datetime, month: int = 0, local: bool = True, say: Callable[[str], None] = print
) -> int:
    """Write the extraction of `month` and all that goes with it; return the number of activity rows."""
    out.mkdir(parents=True, exist_ok=True)
    editors, own, rows = EditorFiles(), LocalFiles(today=midnight(today)), 0
    with (
        (out / "rpps.txt").open("w", encoding="utf-8", newline="\n") as activities,
        (out / "savoir-faire.txt").open("w", encoding="utf-8", newline="\n") as know_how,
    ):
        activities.write(HEADER + "\n")
        know_how.write(KNOW_HOW_HEADER + "\n")
        for found in population(persons, month, say):
            for line in lines(found):
                # Some lines end with one separator too many, as in the national file.
                activities.write(line + ("|\n" if found.number % 211 == 2 else "\n"))
                rows += 1
            if found.know_how:
                know_how.write(know_how_line(found) + "\n")
            if local:
                editors.take(found)
                own.take(found)
    structures = write_finess(out / "finess.json.gz", month=month)
    if local:
        own.write(out)
        editors.write(out / "editors")
    say(f"{rows} lignes d'activité, {structures} structures dans {out}")
    return rows


def population(persons: int, month: int, say: Callable[[str], None]) -> Iterator[Person]:
    """The demo's effectors, then everybody still there in `month`, newcomers of the months since included."""
    yield from cast()
    for number in range(persons + int(persons * NEWCOMERS_A_MONTH * month)):
        if number and number % SAY_EVERY == 0:
            say(f"  {number} personnes…")
        found = person(number, month=month)
        if found:
            yield found
