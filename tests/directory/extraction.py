"""Small RPPS and FINESS files, written field by field."""

import json
from pathlib import Path
from typing import Any

from directory.loading.columns import KNOW_HOW, RPPS, match_header
from directory.loading.rpps import load_rpps
from directory.models import ImportRun
from sasportal.sandbox.territory.extraction import HEADER, KNOW_HOW_HEADER

FIELDS = match_header(HEADER.split("|"), RPPS)
KNOW_HOW_FIELDS = match_header(KNOW_HOW_HEADER.split("|"), KNOW_HOW)
DOCTOR = {
    "id_type": "8", "identifier": "99700000101", "national_id": "899700000101", "exercise_civility": "DR",
    "civility": "MME", "family_name": "TÉNUE", "given_name": "Anne-Lise", "profession": "10",
    "profession_label": "Médecin", "category": "C", "know_how_type": "S", "know_how": "SM54",
    "know_how_label": "Spécialiste en Médecine Générale", "mode": "L", "technical_id": "C000001",
    "legal_name": "CABINET", "number": "12", "street_type": "RUE", "street": "DES LILAS", "postal_code": "47000",
    "insee": "47001", "city": "AGEN", "country": "99000", "phone": "01 99 00 12 34", "department": "47",
    "old_id": "499700000101001", "sector": "SA07",
}  # fmt: skip


def doctor(number: int = 101, **fields: str) -> dict[str, str]:
    rpps = f"{99_700_000_000 + number}"
    own = {"identifier": rpps, "national_id": "8" + rpps, "old_id": f"4{rpps}001"}
    return DOCTOR | own | fields


def line(fields: dict[str, str], names: list[str] = FIELDS) -> str:
    return "|".join(fields.get(name, "") for name in names)


def write(path: Path, *rows: dict[str, str], header: str = HEADER, names: list[str] = FIELDS, end: str = "\n") -> Path:
    text = end.join([header, *(line(row, names) for row in rows)]) + end
    path.write_bytes(text.encode())
    return path


def load(path: Path, **options: Any) -> ImportRun:
    return load_rpps(path, say=lambda _: None, **({"fewest": 1} | options))


def establishment(finess: str = "475000001", category: str = "604", **changes: Any) -> dict[str, Any]:
    """One `ege` of a FINESS+ delivery, near Agen."""
    address = {
        "usageAdresse": "03", "numeroVoie": "3", "typeVoie": "RUE", "libelleVoie": "DU PORT", "codePostal": "47000",
        "codeCommune": "47001", "libelleCommune": "AGEN", "longitude": 0.62, "latitude": 44.2,
        "coordonneeX": 509_000.1, "coordonneeY": 6_347_000.2, "etatObjet": "A",
    }  # fmt: skip
    information = {"numFinessEge": finess, "siret": "99700000000011", "nomEgeLong": "CPTS d'essai",
                   "nomEgeCourt": "CPTS", "dateFermeture": None}  # fmt: skip
    return {
        "informationsGeneralesEGE": information | changes.pop("information", {}),
        "categorieentiteGeographiqueExercice": {"code": category},
        "adresse": changes.pop("addresses", [address | changes.pop("address", {})]),
        "contact": [{"telecom": "01 99 00 00 01"}],
        "etatObjet": "A",
    } | changes


def write_finess(path: Path, *establishments: dict[str, Any]) -> Path:
    entities = [{"informationsGeneralesPMEJ": {}, "ege": [one]} for one in establishments]
    path.write_text(json.dumps({"schemaVersion": "1", "generatedAt": "2026-01-01", "pmej": entities}))
    return path
