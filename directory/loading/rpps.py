"""Load the national RPPS extraction: stage, compare, pass the gates, then change live rows in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from directory.loading import rpps_sql as sql
from directory.loading.columns import KNOW_HOW, RPPS
from directory.loading.gates import FEWEST_ROWS, alone, doubts, pass_or_refuse
from directory.loading.staging import Say, stage
from directory.models import ImportRun

# Share of new rows from which statistics are taken at once; below, the server's own schedule will do.
LARGE_CHANGE = 0.1


def load_rpps(
    path: Path, *, know_how: Path | None = None, confirmed: bool = False, say: Say = print, fewest: int = FEWEST_ROWS
) -> ImportRun:
    """Bring live practitioners and activities to the state of `path`.

    Raises WrongFile or GateClosed with live rows untouched; loading the same file twice changes nothing.
    """
    run = ImportRun(source="rpps", started_at=timezone.now())
    with alone(), own_tables():
        prepare(path, know_how, run, say=say)
        found = doubts(source="rpps", rows=run.rows, located_share=run.located_share, fewest=fewest)
        pass_or_refuse(run, found, confirmed=confirmed, say=say)
        find_changes(say)
        apply(run, say)
    return run


@contextmanager
def own_tables() -> Iterator[None]:
    """Room for the sorts of a load, and its tables dropped whatever happens (a killed load's too)."""
    drop_tables()
    execute("SET work_mem = '256MB'")
    try:
        yield
    finally:
        drop_tables()
        execute("RESET work_mem")


def prepare(path: Path, know_how: Path | None, run: ImportRun, *, say: Say) -> None:
    say(f"Lecture de {path.name}")
    stage(path, RPPS, "rpps_staging", say=say)
    kept = sql.KEPT
    if know_how:
        say(f"Lecture de {know_how.name}")
        stage(know_how, KNOW_HOW, "rpps_know_how_staging", say=say)
        execute(sql.KNOW_HOW)
        kept = sql.KEPT_WITH_KNOW_HOW
    say("Comparaison avec l'annuaire en service")
    run.rows = execute(sql.NEXT.format(kept=kept))
    execute("ANALYZE rpps_next (national_id, key)")
    run.located_share = value(sql.LOCATED_SHARE)


def find_changes(say: Say) -> None:
    execute(sql.PEOPLE)
    execute("ANALYZE rpps_people (national_id)")
    changed = execute(sql.CHANGED)
    say(f"  {changed} activités nouvelles ou modifiées")


def apply(run: ImportRun, say: Say) -> None:
    now = timezone.now()
    say("Mise à jour de l'annuaire en service")
    with transaction.atomic():
        people = [
            execute(sql.UPDATE_PEOPLE),
            execute(sql.INSERT_PEOPLE),
            execute(sql.CLOSE_PEOPLE, [now]),
        ]
        run.updated = execute(sql.UPDATE_ACTIVITIES)
        run.inserted = execute(sql.INSERT_ACTIVITIES)
        run.closed = execute(sql.CLOSE_ACTIVITIES, [now])
        run.finished_at = timezone.now()
        run.save()
    refresh_statistics(run)
    say(f"  professionnels : {people[1]} nouveaux, {people[0]} modifiés, {people[2]} sortis")
    say(f"  activités : {run.inserted} nouvelles, {run.updated} modifiées, {run.closed} fermées")


def refresh_statistics(run: ImportRun) -> None:
    """After a large change at once (searches read the covering index alone once vacuumed); else the server's pace."""
    if run.inserted + run.updated + run.closed < run.rows * LARGE_CHANGE:
        return
    vacuum = "" if connection.in_atomic_block else "VACUUM "
    execute(f"{vacuum}ANALYZE directory_practitioner, directory_activity")


def execute(statement: str, parameters: list[datetime] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or [])
        return cursor.rowcount


def value(statement: str) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None


def drop_tables() -> None:
    execute(f"DROP TABLE IF EXISTS {', '.join(sql.TABLES)}")
