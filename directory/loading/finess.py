"""Load FINESS+: structures with their place; city structures that disappear are closed, never deleted."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from hashlib import md5
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from directory.distance import kilometres
from directory.loading.finess_reader import Establishment, read_finess
from directory.loading.gates import alone, doubts, pass_or_refuse
from directory.loading.location import relocate_activities
from directory.loading.staging import Say
from directory.loading.towns import department_of
from directory.models import Commune, ImportRun, LocationPrecision, StructureCategory
from sasportal.spelling import plain

CATEGORIES = frozenset(StructureCategory.values) - {"", StructureCategory.SOS.value}
FEWEST_STRUCTURES = 20
FARTHEST_FROM_COMMUNE_KM = 50
READING = "1"

COLUMNS = (
    "finess", "siret", "category", "name", "search_name", "line", "postal_code", "city", "insee", "department",
    "phone", "lat", "lon", "precision", "row_hash",
)  # fmt: skip
CHANGED_COLUMNS = ", ".join(f"{column} = n.{column}" for column in COLUMNS[1:])

UPDATE = f"""
UPDATE directory_structure s SET {CHANGED_COLUMNS}, closed_at = NULL FROM finess_staging n
WHERE s.finess = n.finess AND (s.row_hash <> n.row_hash OR s.closed_at IS NOT NULL)
"""  # noqa: S608
INSERT = f"""
INSERT INTO directory_structure ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)} FROM finess_staging n
WHERE NOT EXISTS (SELECT FROM directory_structure s WHERE s.finess = n.finess)
"""  # noqa: S608
CLOSE = """
UPDATE directory_structure s SET closed_at = %s
WHERE s.finess IS NOT NULL AND s.closed_at IS NULL
  AND NOT EXISTS (SELECT FROM finess_staging n WHERE n.finess = s.finess)
"""


def load_finess(path: Path, *, confirmed: bool = False, say: Say = print, fewest: int = FEWEST_STRUCTURES) -> ImportRun:
    """Bring live structures to the state of `path`. Raises WrongFile or GateClosed with live rows untouched."""
    run = ImportRun(source="finess", started_at=timezone.now())
    say(f"Lecture de {path.name}")
    with alone():
        run.rows, located = stage_structures(path)
        run.located_share = located / run.rows if run.rows else 0.0
        found = doubts(source="finess", rows=run.rows, located_share=run.located_share, fewest=fewest)
        pass_or_refuse(run, found, confirmed=confirmed, say=say)
        apply(run)
    say(f"  structures : {run.inserted} nouvelles, {run.updated} modifiées, {run.closed} fermées")
    return run


def stage_structures(path: Path) -> tuple[int, int]:
    """Copy the open establishments of our categories into `finess_staging`; return how many, and how many placed."""
    communes = {c.insee: c for c in Commune.objects.only("insee", "name", "lat", "lon")}
    seen: set[str] = set()
    located = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS finess_staging")
        # Gone with the connection, whatever happens to the load.
        cursor.execute(
            f"CREATE TEMPORARY TABLE finess_staging AS SELECT {', '.join(COLUMNS)} FROM directory_structure LIMIT 0"  # noqa: S608
        )
        with cursor.copy(f"COPY finess_staging ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for found in open_ones(path):
                if found.finess in seen:
                    continue
                seen.add(found.finess)
                row = structure_row(found, communes)
                located += row[11] is not None
                copy.write_row(row)
        cursor.execute("ANALYZE finess_staging")
    return len(seen), located


def open_ones(path: Path) -> Iterator[Establishment]:
    return (found for found in read_finess(path) if not found.closed and found.category in CATEGORIES)


def structure_row(found: Establishment, communes: dict[str, Commune]) -> tuple[object, ...]:
    department = department_of(found.insee)
    commune = communes.get(found.insee)
    lat, lon, precision = believable_point(found, (commune.lat, commune.lon) if commune else None)
    placed = replace(found, lat=lat, lon=lon, city=commune.name if commune else found.city)
    row_hash = md5(f"{READING}{asdict(placed)}".encode(), usedforsecurity=False).hexdigest()
    return (
        found.finess, found.siret, found.category, found.name, plain(found.name)[:200], found.line, found.postal_code,
        placed.city, found.insee, department, found.phone, lat, lon, precision, row_hash,
    )  # fmt: skip


def believable_point(
    found: Establishment, commune: tuple[float, float] | None
) -> tuple[float | None, float | None, str]:
    """The structure's own point when it lies near its commune (latitude and longitude may come swapped)."""
    for lat, lon in ((found.lat, found.lon), (found.lon, found.lat)):
        if lat is None or lon is None or abs(lat) > 90:
            continue
        if commune is None or kilometres(lat, lon, *commune) <= FARTHEST_FROM_COMMUNE_KM:
            return lat, lon, LocationPrecision.STRUCTURE.value
    if commune:
        return *commune, LocationPrecision.COMMUNE.value
    return None, None, LocationPrecision.NONE.value


def apply(run: ImportRun) -> None:
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UPDATE)
        run.updated = cursor.rowcount
        cursor.execute(INSERT)
        run.inserted = cursor.rowcount
        cursor.execute(CLOSE, [now])
        run.closed = cursor.rowcount
        relocate_activities()
        cursor.execute("DROP TABLE finess_staging")
        run.finished_at = timezone.now()
        run.save()
