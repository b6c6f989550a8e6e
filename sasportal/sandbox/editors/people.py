"""Who has an agenda at an editor: read from the file the demo territory wrote."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sasportal.sandbox.editors.config import Kind


@dataclass(frozen=True, kw_only=True)
class Place:
    key: str
    line: str
    postal_code: str
    city: str
    time_zone: str
    structure_id: str
    phone: str
    # Of a consultation place of SOS Médecins: its name, and when it opens and closes every day
    name: str = ""
    hours: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Community:
    """A CPTS; `finess` has nine characters."""

    finess: str
    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who has an agenda here: a practitioner, or an SOS Médecins association. `id` is a FHIR id here."""

    id: str
    national_id: str
    family_name: str
    given_name: str
    specialty: str
    places: tuple[Place, ...]
    communities: tuple[Community, ...]
    profile: str
    association: bool = False
    phone: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def title(self) -> str:
        return self.name if self.association else f"Dr {self.name}"


def read_people(path: Path, kind: Kind) -> tuple[Person, ...]:
    """Read the agenda file; an editor that knows half keeps the same half at every start."""
    read = json.loads(path.read_text(encoding="utf-8"))
    if kind is Kind.SOS:
        return tuple(_association(row) for row in read["associations"])
    rows = read["practitioners"]
    people = tuple(_person(row) for row in rows)
    if kind is Kind.PARTIAL:
        return tuple(person for person in people if number_of(person.national_id) % 2)
    return people


def number_of(*parts: object) -> int:
    """The same large number for the same words, in every process."""
    words = "|".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(words, digest_size=8).digest(), "big")


def _person(row: dict[str, Any]) -> Person:
    return Person(
        id=re.sub(r"[^A-Za-z0-9.-]", "-", row["national_id"]),
        national_id=row["national_id"],
        family_name=row["family_name"],
        given_name=row["given_name"],
        specialty=row.get("specialty", ""),
        places=tuple(_place(place) for place in row["places"]),
        communities=tuple(
            Community(finess=one["finess"], name=one["name"], phone=one.get("phone", "")) for one in row.get("cpts", [])
        ),
        profile=row.get("profile", "busy"),
    )


def _association(row: dict[str, Any]) -> Person:
    return Person(
        id=f"sos-{row['siret']}",
        national_id=f"3{row['siret']}",
        family_name=row["name"],
        given_name="",
        specialty="",
        places=tuple(_place(place) for place in row["places"]),
        communities=(),
        profile=row.get("profile", "free"),
        association=True,
        phone=row.get("phone", ""),
    )


def _place(row: dict[str, Any]) -> Place:
    return Place(
        key=row["key"],
        line=row["line"],
        postal_code=row["postal_code"],
        city=row["city"],
        time_zone=row.get("time_zone") or "Europe/Paris",
        structure_id=row.get("structure_id", ""),
        phone=row.get("phone", ""),
        name=row.get("name", ""),
        hours=tuple(row["hours"]) if "hours" in row else None,
    )
