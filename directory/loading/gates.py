"""Sanity gates: is this delivery believable beside the last one? Asked before any live row is touched."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from directory.loading.failures import GateClosed
from directory.loading.staging import Say
from directory.models import ImportRun

FEWEST_ROWS = 500
LARGEST_DRIFT = 0.05
SMALLEST_LOCATED_SHARE = 0.5

ONE_LOADER_LOCK = 0x5A5_10AD  # key of PostgreSQL's advisory lock


@contextmanager
def alone() -> Iterator[None]:
    """Keep other loads away; raise GateClosed when one is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_LOADER_LOCK])
        if cursor.fetchone() != (True,):
            raise GateClosed("Un autre chargement est en cours. Rien n'a changé : attendez qu'il finisse.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_LOADER_LOCK])


def last_run(source: str) -> ImportRun | None:
    return ImportRun.objects.filter(source=source, finished_at__isnull=False).order_by("-finished_at").first()


def doubts(*, source: str, rows: int, located_share: float | None = None, fewest: int = FEWEST_ROWS) -> list[str]:
    """List in French what looks wrong; empty when the delivery may be loaded."""
    found = []
    if rows < fewest:
        found.append(f"{rows} lignes seulement (au moins {fewest} attendues)")
    last = last_run(source)
    if last and last.rows and abs(rows - last.rows) > last.rows * LARGEST_DRIFT:
        found.append(f"{rows} lignes contre {last.rows} au dernier chargement (plus de 5 % d'écart)")
    if located_share is not None:
        found += location_doubts(located_share, last)
    return found


def location_doubts(share: float, last: ImportRun | None) -> list[str]:
    if share < SMALLEST_LOCATED_SHARE:
        return [f"{share:.0%} des lieux seulement sont situés : chargez d'abord les communes (load_communes)"]
    if last and last.located_share and share < last.located_share - LARGEST_DRIFT:
        return [f"{share:.0%} des lieux sont situés contre {last.located_share:.0%} au dernier chargement"]
    return []


def pass_or_refuse(run: ImportRun, found: list[str], *, confirmed: bool, say: Say) -> None:
    """Write the doubts on the run; raise GateClosed unless the operator confirmed.

    The first load of a source has nothing to lose: its doubts are said, and it goes on.
    """
    if not found:
        return
    run.refused_because = " ; ".join(found)
    if confirmed or last_run(run.source) is None:
        say(f"  attention : {run.refused_because}")
        return
    run.save()
    raise GateClosed(
        f"Chargement refusé : {run.refused_because}. Rien n'a changé. Vérifiez le fichier, puis relancez avec --yes."
    )
