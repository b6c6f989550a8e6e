"""Load the official communes; places are located again with them."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from directory.loading.failures import WrongFile
from directory.loading.location import relocate_activities
from directory.loading.staging import Say
from directory.loading.towns import CommuneRow, read_communes
from directory.models import Commune, Department, ImportRun
from sasportal.spelling import plain


def load_communes(path: Path, *, say: Say = print) -> ImportRun:
    """Add and update the communes of `path`; those it does not name are kept. Raises WrongFile."""
    run = ImportRun(source="communes", started_at=timezone.now())
    rows = known_departments_only(read_communes(path), say)
    if not rows:
        raise WrongFile(f"{path.name} : aucune commune lisible. Rien n'a changé.")
    with transaction.atomic():
        Commune.objects.bulk_create(
            [commune(row) for row in rows],
            batch_size=2_000,
            update_conflicts=True,
            unique_fields=["insee"],
            update_fields=["name", "search_name", "postal_codes", "department", "lat", "lon", "population"],
        )
        moved = relocate_activities()
        run.rows, run.finished_at = len(rows), timezone.now()
        run.save()
    say(f"{len(rows)} communes chargées, {moved} activités situées à nouveau")
    return run


def known_departments_only(rows: list[CommuneRow], say: Say) -> list[CommuneRow]:
    known = set(Department.objects.values_list("code", flat=True))
    kept = [row for row in rows if row.department in known]
    if len(kept) < len(rows):
        say(f"{len(rows) - len(kept)} communes d'un département inconnu laissées de côté")
    return kept


def commune(row: CommuneRow) -> Commune:
    return Commune(
        insee=row.insee,
        name=row.name[:100],
        search_name=plain(row.name)[:100],
        postal_codes=list(row.postal_codes),
        department_id=row.department,
        lat=row.lat,
        lon=row.lon,
        population=row.population,
    )
