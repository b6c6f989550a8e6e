"""Practitioners for tests of the search, placed where the test wants them."""

from typing import Any

from directory.models import Activity, Practitioner
from sasportal.spelling import plain

AGEN = (44.203, 0.617)


def practitioner(number: int, *, family: str = "", given: str = "Ana", profession: str = "10") -> Practitioner:
    family = family or f"ESSAI{number}"
    return Practitioner.objects.create(
        national_id=f"8{99_700_000_000 + number}",
        civility="Dr",
        family_name=family,
        given_name=given,
        profession=profession,
        search_name=plain(f"{family} {given}"),
        search_name_given_first=plain(f"{given} {family}"),
    )


def place(who: Practitioner, *, at: tuple[float, float] | None = AGEN, key: str = "C1", **fields: Any) -> Activity:
    own = {
        "place_key": key, "specialty": "SM54" if who.profession == "10" else "",
        "specialty_label": "Qualifié en Médecine Générale" if who.profession == "10" else "",
        "department": "47", "insee": "47001", "postal_code": "47000", "city": "Agen", "line": "1 RUE D'ESSAI",
        "lat": at[0] if at else None, "lon": at[1] if at else None, "precision": "address" if at else "none",
    }  # fmt: skip
    own |= fields
    return Activity.objects.create(
        practitioner=who, profession=who.profession, key=f"{key}|{own['specialty']}", **own
    )  # fmt: skip


def doctor_at(number: int, at: tuple[float, float] | None = AGEN, **fields: Any) -> Practitioner:
    who = practitioner(number)
    place(who, at=at, **fields)
    return who


def ids(found: Any) -> list[int]:
    """Numbers of the candidates, in their order."""
    return [int(candidate.national_id[1:]) - 99_700_000_000 for candidate in found.candidates]
