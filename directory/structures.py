"""Structures near a place: the CPTS that cover it, and the CPTS, MSP and CDS within reach (SOS: associations.py)."""

import json
from typing import Any

from django.db import connection
from django.utils import timezone

from directory.distance import box_around, kilometres_sql
from directory.found import StructureCard
from directory.models import StructureCategory
from directory.participation.reading import in_force
from directory.places import ARRONDISSEMENTS, Near

MOST_STRUCTURES = 60
_COLUMNS = f"""
    s.finess, s.siret, s.category, s.name, s.line, s.postal_code, s.city, s.lat, s.lon, s.insee, s.department,
    coalesce(nullif(f.phone, ''), s.phone) AS phone, coalesce(f.description, '') AS description,
    coalesce(f.opening_hours, '{{}}')::text AS opening_hours, f.confirmed_at,
    (SELECT count(DISTINCT p.national_id) FROM directory_participation p
        JOIN directory_practitioner w ON w.national_id = p.national_id AND w.closed_at IS NULL
     WHERE p.structure = s.code AND {in_force("p")}) AS members,
    {kilometres_sql("s")} AS km
"""  # noqa: S608
# An SOS association shows one card for each of its consultation places.
_STRUCTURES = """
    SELECT coalesce(finess, '') AS finess, siret, category, name, line, postal_code, city, lat, lon, insee, department,
        phone, finess AS code, NULL::bigint AS place
    FROM directory_structure WHERE closed_at IS NULL AND finess IS NOT NULL
    UNION ALL
    SELECT '', o.siret, o.category, o.name || ' – ' || x.name, x.line, x.postal_code, x.city, x.lat, x.lon, x.insee,
        x.department, coalesce(nullif(x.phone, ''), o.phone), o.siret, x.id
    FROM directory_sosplace x JOIN directory_structure o ON o.id = x.association_id WHERE o.closed_at IS NULL
"""
_COVERS = """s.category = '604' AND EXISTS (
    SELECT FROM directory_cptscommune t WHERE t.finess = s.finess AND t.insee LIKE %(territory)s)"""
_WITHIN = """s.lat BETWEEN %(south)s AND %(north)s AND s.lon BETWEEN %(west)s AND %(east)s
    AND {distance} <= %(radius)s""".format(distance=kilometres_sql("s"))
_FROM = f"FROM ({_STRUCTURES}) s LEFT JOIN directory_structureprofile f ON f.finess = s.finess"  # noqa: S608

NEAR = f"""
SELECT {_COLUMNS}, ({_COVERS}) AS covers {_FROM}
WHERE s.category = ANY(%(categories)s) AND (WITHIN OR ({_COVERS}))
ORDER BY covers DESC, s.category = '604' DESC, km, s.code LIMIT {MOST_STRUCTURES}
"""  # noqa: S608
ONE = f"SELECT {_COLUMNS} {_FROM} WHERE s.code = %(code)s ORDER BY s.place LIMIT 1"  # noqa: S608

CITY_CATEGORIES = [StructureCategory.CPTS.value, StructureCategory.MSP.value, StructureCategory.CDS.value]


def structures_near(near: Near, *, categories: list[str] | None = None) -> tuple[StructureCard, ...]:
    """Cards in the order of the page: CPTS whose territory covers the place first, then nearest first."""
    within = "s.department = %(department)s" if near.kind == "department" else _WITHIN
    return cards(NEAR.replace("WITHIN", within), near, categories=categories or CITY_CATEGORIES)


def structure_card(code: str, *, near: Near | None = None) -> StructureCard | None:
    """Read one structure by FINESS (or one association by SIRET); None when there is none open."""
    found = cards(ONE, near, code=code)
    return found[0] if found else None


def cards(statement: str, near: Near | None, **values: Any) -> tuple[StructureCard, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters(near) | values)
        names = [column.name for column in cursor.description]
        return tuple(card(dict(zip(names, row, strict=True)), near) for row in cursor.fetchall())


def parameters(near: Near | None) -> dict[str, Any]:
    if near is None:
        return {"lat": 0.0, "lon": 0.0, "now": timezone.now()}
    box = box_around(near.lat, near.lon, near.radius_km)
    return {
        "lat": near.lat, "lon": near.lon, "radius": near.radius_km, "department": near.department,
        "south": box.south, "north": box.north, "west": box.west, "east": box.east,
        "territory": territory(near), "now": timezone.now(),
    }  # fmt: skip


def territory(near: Near) -> str:
    """Pattern of the communes a CPTS must hold to cover the place."""
    if near.kind == "department":
        return f"{near.department}%"
    if near.insee in ARRONDISSEMENTS:
        return f"{ARRONDISSEMENTS[near.insee]}%"
    return near.insee


def card(row: dict[str, Any], near: Near | None) -> StructureCard:
    known = near is not None and row["km"] is not None
    return StructureCard(
        finess=row["finess"],
        siret=row["siret"],
        category=row["category"],
        name=row["name"],
        phone=row["phone"] or "",
        description=row["description"],
        line=row["line"],
        postal_code=row["postal_code"],
        city=row["city"],
        opening_hours=json.loads(row["opening_hours"]),
        confirmed_at=row["confirmed_at"],
        lat=row["lat"],
        lon=row["lon"],
        distance_km=round(row["km"], 3) if known else None,
        members=row["members"],
    )
