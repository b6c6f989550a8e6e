"""Load local data from files (a demo, a migration from another tool). Declarations in force are left as they are."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from directory.loading.failures import WrongFile
from directory.loading.location import address_key, relocate_activities
from directory.loading.staging import Say
from directory.loading.towns import department_of
from directory.models import (
    Absence,
    CptsCommune,
    EffectorSettings,
    Geocode,
    Participation,
    SosPlace,
    Structure,
    StructureCategory,
    StructureProfile,
)
from directory.participation.reading import in_force_at
from sasportal.audit import trail
from sasportal.spelling import plain

DECLARED_BY = "import"
BATCH = 2_000


def load_local(directory: Path, *, say: Say = print) -> None:
    """Load every file of `directory` it knows, all or nothing; raise WrongFile naming the file at fault."""
    steps: dict[str, Callable[[Path], int]] = {
        "geocodes.csv": load_geocodes,
        "sos.json": load_sos,
        "participations.csv": load_participations,
        "cpts_communes.csv": load_cpts_communes,
        "structure_profiles.json": load_profiles,
        "settings.csv": load_settings,
        "absences.csv": load_absences,
    }
    present = {directory / name: step for name, step in steps.items() if (directory / name).is_file()}
    if not present:
        raise WrongFile(f"Aucun fichier connu dans {directory} (attendus : {', '.join(steps)}).")
    with transaction.atomic():
        for path, step in present.items():
            try:
                say(f"  {path.name} : {step(path)} lignes")
            except (KeyError, ValueError, TypeError) as error:
                raise WrongFile(f"{path.name} : contenu inattendu ({error!r}). Rien n'a changé.") from error


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        yield from csv.DictReader(source)


def load_geocodes(path: Path) -> int:
    found = [
        Geocode(
            address_key=address_key(row["line"], row["postal_code"], row["insee"])[:260],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
        )
        for row in rows(path)
    ]
    unique = {geocode.address_key: geocode for geocode in found}
    Geocode.objects.bulk_create(
        unique.values(),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["address_key"],
        update_fields=["lat", "lon"],
    )
    relocate_activities()
    return len(unique)


def load_sos(path: Path) -> int:
    associations = json.loads(path.read_text(encoding="utf-8"))["associations"]
    for found in associations:
        association, _ = Structure.objects.update_or_create(
            siret=found["siret"],
            finess=None,
            defaults={
                "category": StructureCategory.SOS,
                "name": found["name"],
                "search_name": plain(found["name"]),
                **address_of(found),
            },
        )
        for place in found["places"]:
            SosPlace.objects.update_or_create(association=association, name=place["name"], defaults=address_of(place))
    return len(associations)


def address_of(found: dict[str, Any]) -> dict[str, Any]:
    names = ("line", "postal_code", "city", "insee", "phone", "lat", "lon")
    return {name: found[name] for name in names} | {
        "department": department_of(found["insee"]),
        "precision": "address",
    }


def load_participations(path: Path) -> int:
    """Open the declarations of practitioners who have none in force."""
    now = timezone.now()
    declared = set(Participation.objects.filter(in_force_at(now)).values_list("national_id", flat=True))
    new = {
        row["national_id"]: Participation(
            national_id=row["national_id"],
            via=row["via"],
            structure=row["structure"],
            starts_at=moment(row["since"]) if row.get("since") else now,
            declared_by=DECLARED_BY,
        )
        for row in rows(path)
        if row["national_id"] not in declared
    }
    return created(new.values())


def created(new: Iterable[Participation]) -> int:
    opened = Participation.objects.bulk_create(new, batch_size=BATCH)
    if opened:
        trail.record(actor=trail.SYSTEM, action="participation.imported", declarations=len(opened))
    return len(opened)


def load_cpts_communes(path: Path) -> int:
    found = {(row["finess"], row["insee"]) for row in rows(path)}
    CptsCommune.objects.bulk_create(
        (CptsCommune(finess=finess, insee=insee) for finess, insee in sorted(found)),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return len(found)


def load_profiles(path: Path) -> int:
    profiles = json.loads(path.read_text(encoding="utf-8"))
    for found in profiles:
        StructureProfile.objects.update_or_create(
            finess=found["finess"],
            defaults={
                "description": found["description"],
                "phone": found["phone"],
                "opening_hours": found["opening_hours"],
                "confirmed_at": moment(found["confirmed_at"]) if found.get("confirmed_at") else None,
            },
        )
    return len(profiles)


def load_settings(path: Path) -> int:
    found = [
        EffectorSettings(
            national_id=row["national_id"],
            accepts_editor_slots=row["accepts_editor_slots"] == "true",
            accepts_on_top=row["accepts_on_top"] == "true",
            additional_information=row["additional_information"][:1000],
            convention_sector=row.get("convention_sector", ""),
        )
        for row in rows(path)
    ]
    EffectorSettings.objects.bulk_create(found, batch_size=BATCH, ignore_conflicts=True)
    return len(found)


def load_absences(path: Path) -> int:
    known = set(Absence.objects.values_list("national_id", "starts_at", "ends_at"))
    found = {(row["national_id"], moment(row["starts_at"]), moment(row["ends_at"])) for row in rows(path)} - known
    Absence.objects.bulk_create(
        (Absence(national_id=who, starts_at=start, ends_at=end) for who, start, end in sorted(found)), batch_size=BATCH
    )
    return len(found)


def moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(f"date sans fuseau : {text}")
    return found
