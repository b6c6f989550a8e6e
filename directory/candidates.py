"""Read practitioners whole: people with what they declared, then their places. Two queries for any number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.utils import timezone

from directory.distance import kilometres
from directory.found import Candidate, CandidatePlace, DeclaredParticipation
from directory.participation.reading import REACH, declared
from directory.participation.stretches import Stretch
from directory.places import Near
from directory.professions import profession_label, specialty_label

PEOPLE = """
SELECT w.national_id, w.civility, w.given_name, w.family_name, w.profession,
    (SELECT coalesce(json_agg(d), '[]')::text FROM (
        SELECT p.via, p.structure, p.place_key AS place, p.starts_at AS start, p.ends_at AS "end",
            coalesce(s.name, '') AS name, coalesce(nullif(f.phone, ''), s.phone, '') AS phone
        FROM directory_participation p
        LEFT JOIN LATERAL (
            SELECT name, phone FROM directory_structure
            WHERE p.structure <> '' AND CASE WHEN p.via = 'sos' THEN siret = p.structure ELSE finess = p.structure END
            LIMIT 1
        ) s ON true
        LEFT JOIN directory_structureprofile f ON f.finess = p.structure
        WHERE p.national_id = w.national_id AND p.via <> 'none'
            AND p.starts_at <= %(reach)s AND (p.ends_at IS NULL OR p.ends_at > %(now)s)
    ) d) AS declarations,
    coalesce(e.accepts_editor_slots, true) AS accepts_editor_slots, coalesce(e.accepts_on_top, true) AS accepts_on_top,
    coalesce(e.without_software, false) AS without_software,
    coalesce(e.additional_information, '') AS additional_information,
    coalesce(e.convention_sector, '') AS convention_sector,
    ARRAY(SELECT ARRAY[x.starts_at, x.ends_at] FROM directory_absence x
        WHERE x.national_id = w.national_id AND x.ends_at > %(now)s ORDER BY x.starts_at) AS absences
FROM directory_practitioner w
LEFT JOIN directory_effectorsettings e ON e.national_id = w.national_id
WHERE w.national_id = ANY(%(ids)s) AND w.closed_at IS NULL
"""
PLACES = """
SELECT a.practitioner_id, a.place_key, a.specialty, a.specialty_label, a.line, a.postal_code, a.city, a.department,
    coalesce(nullif(x.phone, ''), a.phone) AS phone, a.phone AS national_phone,
    coalesce(x.refused_types, '{}') AS refused_types,
    a.lat, a.lon, a.precision, a.finess, a.siret, a.structure_id, a.structure_name,
    coalesce(d.time_zone, 'Europe/Paris') AS time_zone
FROM directory_activity a LEFT JOIN directory_department d ON d.code = a.department
LEFT JOIN directory_placesettings x ON x.national_id = a.practitioner_id AND x.place_key = a.place_key
WHERE a.practitioner_id = ANY(%(ids)s) AND a.closed_at IS NULL ORDER BY a.id
"""
Row = dict[str, Any]


def candidates(national_ids: Sequence[str], *, near: Near | None = None, own_doctor: str = "") -> tuple[Candidate, ...]:
    """Read practitioners in the order given; those gone from the directory are left out."""
    ids = list(dict.fromkeys(national_ids))
    if not ids:
        return ()
    now = timezone.now()
    people = {row["national_id"]: row for row in rows(PEOPLE, ids, now)}
    activities = by_practitioner(rows(PLACES, ids, now))
    return tuple(candidate(people[one], activities.get(one, []), near, own_doctor, now) for one in ids if one in people)


def rows(statement: str, ids: list[str], now: datetime) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": ids, "now": now, "reach": now + REACH})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def by_practitioner(found: list[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in found:
        grouped.setdefault(row["practitioner_id"], []).append(row)
    return grouped


def candidate(row: Row, activities: list[Row], near: Near | None, own: str, now: datetime) -> Candidate:
    where = places(activities, near)
    specialties = {a["specialty"]: specialty_label(a["specialty"], a["specialty_label"]) for a in activities}
    specialties.pop("", None)
    return Candidate(
        national_id=row["national_id"],
        name=f"{row['given_name']} {row['family_name']}".strip(),
        civility=row["civility"],
        profession=row["profession"],
        profession_label=profession_label(row["profession"]),
        specialties=tuple(dict.fromkeys(specialties.values())),
        specialty_codes=tuple(specialties),
        places=where,
        participations=declarations(row, where, now),
        accepts_editor_slots=row["accepts_editor_slots"],
        without_software=row["without_software"],
        accepts_on_top=row["accepts_on_top"],
        additional_information=row["additional_information"],
        convention_sector=row["convention_sector"],
        absences=tuple((start, end) for start, end in row["absences"]),
        own_doctor=row["national_id"] == own,
    )


class DeclaredRow(msgspec.Struct, frozen=True):
    """One row of the column `declarations`."""

    via: str
    structure: str
    place: str
    start: datetime
    end: datetime | None
    name: str
    phone: str


_declared_rows = msgspec.json.Decoder(list[DeclaredRow])


def declarations(row: Row, where: Sequence[CandidatePlace], now: datetime) -> tuple[DeclaredParticipation, ...]:
    found = _declared_rows.decode(row["declarations"])
    return declared(
        [Stretch(via=one.via, structure=one.structure, place=one.place, start=one.start, end=one.end) for one in found],
        names={(one.via, one.structure): (one.name, one.phone) for one in found},
        place_keys=[place.key for place in where],
        now=now,
    )


def places(activities: list[Row], near: Near | None) -> tuple[CandidatePlace, ...]:
    """One for each place key; inside the department searched first, then nearest first."""
    found: dict[str, CandidatePlace] = {}
    for row in activities:
        if row["place_key"] not in found:
            found[row["place_key"]] = place(row, near)
    elsewhere = near.department if near and near.kind == "department" else ""
    return tuple(
        sorted(
            found.values(),
            key=lambda p: (bool(elsewhere) and p.department != elsewhere, p.distance_km is None, p.distance_km or 0.0),
        )
    )


def place(row: Row, near: Near | None) -> CandidatePlace:
    located = near is not None and row["lat"] is not None
    return CandidatePlace(
        key=row["place_key"],
        line=row["line"],
        postal_code=row["postal_code"],
        city=row["city"],
        department=row["department"],
        phone=row["phone"],
        national_phone=row["national_phone"],
        lat=row["lat"],
        lon=row["lon"],
        distance_km=round(kilometres(near.lat, near.lon, row["lat"], row["lon"]), 3) if near and located else None,
        precision=row["precision"],
        finess=row["finess"],
        siret=row["siret"],
        structure_id=row["structure_id"],
        structure_name=row["structure_name"],
        time_zone=row["time_zone"],
        refused_types=tuple(row["refused_types"]),
    )
