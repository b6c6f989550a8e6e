"""Which practitioners, in which order? One query each, whatever the number of candidates."""

from typing import Any

from django.db import connection
from django.utils import timezone

from directory.distance import box_around, kilometres_sql
from directory.needs import Need
from directory.participation.reading import in_force
from directory.places import Near

_DISTANCE = kilometres_sql("a")
# One look into a covering index for each practitioner: measured faster than joining everybody who takes part.
_TAKING_PART = f"""LEFT JOIN LATERAL (
    SELECT true AS yes FROM directory_participation p
    WHERE p.national_id = n.practitioner_id AND p.via <> 'none' AND {in_force("p")} LIMIT 1
) taking_part ON true"""  # noqa: S608 - our own fragments, values are parameters
_FAIR = "hashtextextended(n.practitioner_id, %(seed)s), n.practitioner_id"
_BY_DISTANCE = "n.km, n.practitioner_id"
_IN_BOX = "a.lat BETWEEN %(south)s AND %(north)s AND a.lon BETWEEN %(west)s AND %(east)s"


def ranked(need: Need, near: Near, *, seed: int, limit: int, order: str) -> list[str]:
    """National ids within reach: participants first, then by distance (address) or in a fair stable order.

    With order="nearest" only the distance counts.
    """
    first = "" if order == "nearest" else "(taking_part.yes IS NULL), "
    match need.kind:
        case "identifier":
            return [need.value]
        case "name":
            return rank(named(near), parameters(need, near, seed, limit), f"{first}NOT n.reached, {_BY_DISTANCE}")
        case "specialty":
            rest = _BY_DISTANCE if order in {"distance", "nearest"} or near.kind == "address" else _FAIR
            return rank(specialised(need, near), parameters(need, near, seed, limit), first + rest)
        case "structure":
            return rank(at_structure(need, near), parameters(need, near, seed, limit), first + _BY_DISTANCE)
        case _:
            raise ValueError(need.kind)


def rank(source: str, values: dict[str, Any], order: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT n.practitioner_id FROM ({source}) n {_TAKING_PART}
            ORDER BY {order} LIMIT %(limit)s
            """,  # noqa: S608 - our own fragments, values are parameters
            values,
        )
        return [national_id for (national_id,) in cursor.fetchall()]


def parameters(need: Need, near: Near, seed: int, limit: int) -> dict[str, Any]:
    box = box_around(near.lat, near.lon, near.radius_km)
    specialty = need.specialty
    return {
        "lat": near.lat, "lon": near.lon, "radius": near.radius_km, "department": near.department,
        "south": box.south, "north": box.north, "west": box.west, "east": box.east,
        "profession": specialty.profession if specialty else "", "codes": specialty.codes if specialty else [],
        "prefix": f"{need.value}%", "value": need.value, "code": need.value[1:], "seed": seed, "limit": limit,
        "now": timezone.now(),
    }  # fmt: skip


def specialised(need: Need, near: Near) -> str:
    """Everybody of a specialty inside the circle, or inside the department."""
    who = "a.profession = %(profession)s"
    if need.specialty and need.specialty.codes:
        who += " AND a.specialty = ANY(%(codes)s)"
    if near.kind == "department":
        where, having = "a.department = %(department)s", ""
    else:
        where, having = _IN_BOX, f"HAVING min({_DISTANCE}) <= %(radius)s"
    return f"""
        SELECT a.practitioner_id, min({_DISTANCE}) AS km FROM directory_activity a
        WHERE a.closed_at IS NULL AND {who} AND {where} GROUP BY a.practitioner_id {having}
    """  # noqa: S608


def reached(near: Near) -> str:
    if near.kind == "department":
        return "bool_or(a.department = %(department)s)"
    return f"coalesce(min({_DISTANCE}) <= %(radius)s, false)"


def named(near: Near) -> str:
    """Everybody of a name within reach; when nobody is, everybody of that name."""
    return f"""
        SELECT * FROM (
            SELECT m.*, bool_or(m.reached) OVER () AS somebody_near FROM (
                SELECT a.practitioner_id, min({_DISTANCE}) AS km, {reached(near)} AS reached
                FROM directory_practitioner w JOIN directory_activity a
                    ON a.practitioner_id = w.national_id AND a.closed_at IS NULL
                WHERE w.closed_at IS NULL
                  AND (w.search_name LIKE %(prefix)s OR w.search_name_given_first LIKE %(prefix)s)
                GROUP BY a.practitioner_id
            ) m
        ) m WHERE m.reached OR NOT m.somebody_near
    """  # noqa: S608


def at_structure(need: Need, near: Near) -> str:
    """One structure: who works there or takes part through it. A category: who takes part through one, near."""
    if len(need.value) > 4:
        column = "finess" if need.value[0] == "1" else "siret"
        return f"""
            SELECT who.practitioner_id, min({_DISTANCE}) AS km FROM (
                SELECT practitioner_id FROM directory_activity WHERE {column} = %(code)s AND {column} <> ''
                    AND closed_at IS NULL
                UNION SELECT p.national_id FROM directory_participation p
                WHERE p.structure = %(code)s AND {in_force("p")}
            ) who JOIN directory_activity a ON a.practitioner_id = who.practitioner_id AND a.closed_at IS NULL
            GROUP BY who.practitioner_id
        """  # noqa: S608
    vias = {"604": "cpts", "603": "msp", "SOS": "sos"}
    if need.value not in vias:
        through = "a.finess IN (SELECT finess FROM directory_structure WHERE category = %(value)s)"
    else:
        through = f"""EXISTS (SELECT FROM directory_participation d WHERE d.national_id = a.practitioner_id
            AND {in_force("d")} AND d.via = '{vias[need.value]}')"""  # noqa: S608
    where = "a.department = %(department)s" if near.kind == "department" else _IN_BOX
    having = "" if near.kind == "department" else f"HAVING min({_DISTANCE}) <= %(radius)s"
    return f"""
        SELECT a.practitioner_id, min({_DISTANCE}) AS km FROM directory_activity a
        WHERE a.closed_at IS NULL AND {where} AND {through} GROUP BY a.practitioner_id {having}
    """  # noqa: S608
