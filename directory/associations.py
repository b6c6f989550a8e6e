"""SOS Médecins associations for a need near a place, each with its consultation places. One query."""

from itertools import groupby
from typing import Any

from django.db import connection
from django.utils import timezone

from directory.distance import kilometres_sql
from directory.found import Association, ConsultationPlace
from directory.models import StructureCategory
from directory.needs import Need
from directory.participation.reading import in_force
from directory.places import Near
from directory.professions import GENERAL_MEDICINE
from directory.zones import zone_of_postal_code

MOST_ASSOCIATIONS = 20
# An association without a place of its own in the table stands where it has its seat
_PLACES = """
    SELECT o.id, o.siret, o.name, o.phone, o.line, o.postal_code, o.city,
        x.id AS place_id, x.name AS place_name, x.line AS place_line, x.postal_code AS place_postal_code,
        x.city AS place_city, coalesce(nullif(x.department, ''), o.department) AS department,
        coalesce(nullif(x.phone, ''), o.phone) AS place_phone,
        CASE WHEN x.id IS NULL THEN o.lat ELSE x.lat END AS lat,
        CASE WHEN x.id IS NULL THEN o.lon ELSE x.lon END AS lon
    FROM directory_structure o LEFT JOIN directory_sosplace x ON x.association_id = o.id
    WHERE o.closed_at IS NULL AND o.category = 'SOS'
"""
_FOUND = f"""
    SELECT m.*,
        (SELECT count(DISTINCT p.national_id) FROM directory_participation p
            JOIN directory_practitioner w ON w.national_id = p.national_id AND w.closed_at IS NULL
         WHERE p.structure = m.siret AND {in_force("p")}) AS members
    FROM (
        SELECT s.*, bool_or(WITHIN) OVER (PARTITION BY s.id) AS reached, min(s.km) OVER (PARTITION BY s.id) AS nearest
        FROM (SELECT p.*, {kilometres_sql("p")} AS km FROM ({_PLACES}) p) s
    ) m
    WHERE CHOSEN ORDER BY m.nearest, m.id, m.km, m.place_id
"""  # noqa: S608 - our own fragments, values are parameters


def associations_found(need: Need, near: Near) -> tuple[Association, ...]:
    """Nearest first; none for a need that SOS Médecins does not answer (its doctors are general practitioners)."""
    if need.kind == "structure" and need.value[0] == "3":
        return read("m.siret = %(siret)s", near, siret=need.value[1:])
    return read("m.reached", near) if answers(need) else ()


def answers(need: Need) -> bool:
    match need.kind:
        case "structure":
            return need.value == StructureCategory.SOS
        case "specialty":
            return bool(need.specialty and set(need.specialty.codes) & set(GENERAL_MEDICINE))
        case _:
            return False


def read(chosen: str, near: Near, **values: str) -> tuple[Association, ...]:
    within = "s.department = %(department)s" if near.kind == "department" else "coalesce(s.km <= %(radius)s, false)"
    parameters: dict[str, Any] = {
        "lat": near.lat, "lon": near.lon, "radius": near.radius_km, "department": near.department,
        "now": timezone.now(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FOUND.replace("WITHIN", within).replace("CHOSEN", chosen), parameters | values)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found = [association(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]
    return tuple(found[:MOST_ASSOCIATIONS])


def association(rows: list[dict[str, Any]]) -> Association:
    one = rows[0]
    return Association(
        siret=one["siret"],
        name=one["name"],
        phone=one["phone"],
        line=one["line"],
        postal_code=one["postal_code"],
        city=one["city"],
        members=one["members"],
        places=tuple(place(row) for row in rows if row["place_id"] is not None),
    )


def place(row: dict[str, Any]) -> ConsultationPlace:
    return ConsultationPlace(
        key=str(row["place_id"]),
        name=row["place_name"],
        line=row["place_line"],
        postal_code=row["place_postal_code"],
        city=row["place_city"],
        department=row["department"],
        phone=row["place_phone"],
        lat=row["lat"],
        lon=row["lon"],
        distance_km=None if row["km"] is None else round(row["km"], 3),
        time_zone=zone_of_postal_code(row["place_postal_code"]),
    )
