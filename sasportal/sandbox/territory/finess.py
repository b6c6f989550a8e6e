"""Write structures as a FINESS+ delivery does, its swapped coordinates and decoy addresses included."""

import gzip
import json
from pathlib import Path
from typing import Any

from sasportal.sandbox.territory.land import Spot
from sasportal.sandbox.territory.structures import House, all_houses

HOUSES_OF_AN_ENTITY = 5


def write_finess(path: Path, *, month: int) -> int:
    houses = list(all_houses())
    entities = [
        entity(number, houses[start : start + HOUSES_OF_AN_ENTITY])
        for number, start in enumerate(range(0, len(houses), HOUSES_OF_AN_ENTITY))
    ]
    delivery = {"schemaVersion": "1.0", "generatedAt": f"2026-{1 + month % 12:02d}-01T04:00:00Z", "pmej": entities}
    # No timestamp in the archive: the same territory is the same bytes.
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        packed.write(json.dumps(delivery, ensure_ascii=False, separators=(",", ":")).encode())
    return len(houses)


def entity(number: int, houses: list[House]) -> dict[str, Any]:
    closed = number % 40 == 3
    sites = [establishment(house) for house in houses]
    if closed:
        sites.append(closed_copy(sites[0], number))
    return {
        "informationsGeneralesPMEJ": {"numFinessPmej": f"999{number:06d}", "raisonSociale": f"ENTITÉ {number}"},
        "ege": sites,
    }


def establishment(house: House) -> dict[str, Any]:
    return {
        "informationsGeneralesEGE": {
            "numFinessEge": house.finess,
            "siret": f"9979{int(house.finess[2:]):07d}001",
            "nomEgeCourt": house.name[:38].upper(),
            "nomEgeLong": house.name,
            "dateFermeture": None,
        },
        "categorieentiteGeographiqueExercice": {"code": house.category},
        "adresse": [legal_address(house.spot), exercise_address(house)],
        "contact": [{"typeContact": "01", "telecom": house.phone}],
        "etatObjet": "A",
    }


def exercise_address(house: House) -> dict[str, Any]:
    spot = house.spot
    wgs84, projected = (spot.lon, spot.lat), (500_000.0 + spot.lon * 1_000, 6_000_000.0 + spot.lat * 1_000)
    if spot.town.number % 10 == 3:  # the two pairs swap between deliveries
        wgs84, projected = projected, wgs84
    return address(spot, "03") | {
        "longitude": wgs84[0], "latitude": wgs84[1], "coordonneeX": projected[0], "coordonneeY": projected[1],
    }  # fmt: skip


def legal_address(spot: Spot) -> dict[str, Any]:
    """The seat of the legal entity: a decoy for whoever takes the first address."""
    return address(spot, "01") | {"libelleVoie": "DU SIÈGE", "longitude": 2.35, "latitude": 48.85}


def address(spot: Spot, usage: str) -> dict[str, Any]:
    return {
        "usageAdresse": usage,
        "numeroVoie": spot.house,
        "indiceRepetition": spot.repetition or None,
        "typeVoie": spot.street_type[1],
        "libelleVoie": spot.street,
        "codePostal": spot.postal_code,
        "codeCommune": spot.town.insee,
        "libelleCommune": spot.town.name.upper(),
        "etatObjet": "A",
    }


def closed_copy(site: dict[str, Any], number: int) -> dict[str, Any]:
    information = site["informationsGeneralesEGE"] | {
        "numFinessEge": f"998{number:06d}", "dateFermeture": "2020-01-31",
    }  # fmt: skip
    return site | {"informationsGeneralesEGE": information, "etatObjet": "I"}
