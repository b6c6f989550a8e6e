"""Read practitioners whole: people with what they declared, then their places. Two queries for any number."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from directory.distance import kilometres
from directory.found import Candidate, CandidatePlace, DeclaredParticipation
from directory.places import Near
from directory.professions import profession_label, specialty_label

PEOPLE = """
SELECT w.national_id, w.civility, w.given_name, w.family_name, w.profession,
    p.via, p.structure, p.starts_at, coalesce(s.name, '') AS structure_name,
    coalesce(nullif(f.phone, ''), s.phone, '') AS structure_phone,
    coalesce(e.accepts_editor_slots, true) AS accepts_editor_slots, coalesce(e.accepts_on_top, true) AS accepts_on_top,
    coalesce(e.additional_information, '') AS additional_information,
    coalesce(e.convention_sector, '') AS convention_sector,
    ARRAY(SELECT ARRAY[x.starts_at, x.ends_at] FROM directory_absence x
        WHERE x.national_id = w.national_id AND x.ends_at > %(now)s ORDER BY x.starts_at) AS absences
FROM directory_practitioner w
LEFT JOIN directory_participation p ON p.national_id = w.national_id AND p.ends_at IS NULL AND p.starts_at <= %(now)s
LEFT JOIN LATERAL (
    SELECT name, phone FROM directory_structure
    WHERE p.structure <> '' AND CASE WHEN p.via = 'sos' THEN siret = p.structure ELSE finess = p.structure END LIMIT 1
) s ON true
LEFT JOIN directory_structureprofile f ON f.finess = p.structure
LEFT JOIN directory_effectorsettings e ON e.national_id = w.national_id
WHERE w.national_id = ANY(%(ids)s) AND w.closed_at IS NULL
"""
PLACES = """
SELECT a.practitioner_id, a.place_key, a.specialty, a.specialty_label, a.line, a.postal_code, a.city, a.department,
    a.phone, a.lat, a.lon, a.precision, a.finess, a.siret, a.structure_id, a.structure_name,
    coalesce(d.time_zone, 'Europe/Paris') AS time_zone
FROM directory_activity a LEFT JOIN directory_department d ON d.code = a.department
WHERE a.practitioner_id = ANY(%(ids)s) AND a.closed_at IS NULL ORDER BY a.id
"""
Row = dict[str, Any]


def candidates(national_ids: Sequence[str], *, near: Near | None = None, own_doctor: str = "") -> tuple[Candidate, ...]:
    """Read practitioners in the order given; those gone from the directory are left out."""
    ids = list(dict.fromkeys(national_ids))
    if not ids:
        return ()
    people = {row["national_id"]: row for row in rows(PEOPLE, ids)}
    activities = by_practitioner(rows(PLACES, ids))
    return tuple(candidate(people[one], activities.get(one, []), near, own_doctor) for one in ids if one in people)


def rows(statement: str, ids: list[str]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": ids, "now": timezone.now()})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def by_practitioner(found: list[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in found:
        grouped.setdefault(row["practitioner_id"], []).append(row)
    return grouped


def candidate(row: Row, activities: list[Row], near: Near | None, own: str) -> Candidate:
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
        places=places(activities, near),
        participation=declared(row),
        accepts_editor_slots=row["accepts_editor_slots"],
        accepts_on_top=row["accepts_on_top"],
        additional_information=row["additional_information"],
        convention_sector=row["convention_sector"],
        absences=tuple((start, end) for start, end in row["absences"]),
        own_doctor=row["national_id"] == own,
    )


def declared(row: Row) -> DeclaredParticipation | None:
    if row["via"] in {None, "none"}:
        return None
    return DeclaredParticipation(
        via=row["via"],
        structure=row["structure"],
        structure_name=row["structure_name"],
        structure_phone=row["structure_phone"],
        since=row["starts_at"],
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
        lat=row["lat"],
        lon=row["lon"],
        distance_km=round(kilometres(near.lat, near.lon, row["lat"], row["lon"]), 3) if near and located else None,
        precision=row["precision"],
        finess=row["finess"],
        siret=row["siret"],
        structure_id=row["structure_id"],
        structure_name=row["structure_name"],
        time_zone=row["time_zone"],
    )
