"""What the territory's people declared of themselves: participation, settings, absences, addresses on the map."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sasportal.sandbox.territory.editors import editors_of, share
from sasportal.sandbox.territory.land import Spot, towns
from sasportal.sandbox.territory.people import Person
from sasportal.sandbox.territory.structures import (
    CDS,
    CPTS,
    MSP,
    House,
    all_houses,
    associations,
    cpts_around,
    cpts_of_departments,
    houses_of,
)

GENERAL_MEDICINE = frozenset({"SM54", "SM53", "SM26"})
NOTES = (
    "Accès par la cour, premier étage avec ascenseur.",
    "Ne reçoit pas les enfants de moins de 3 ans.",
    "Rappeler le secrétariat pour une visite à domicile.",
    "Parking réservé aux patients derrière la maison de santé.",
    "Plâtres et sutures possibles sur place.",
)
WEEK = {day: [["08:30", "12:30"], ["14:00", "18:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@dataclass(kw_only=True)
class LocalFiles:
    """Collects local data while persons pass by, writes the files at the end."""

    today: datetime
    participations: list[Sequence[str]] = field(default_factory=list)
    settings: list[Sequence[str]] = field(default_factory=list)
    absences: list[Sequence[str]] = field(default_factory=list)
    spots: dict[tuple[int, int], Spot] = field(default_factory=dict)

    def take(self, person: Person) -> None:
        via, structure = participation(person)
        if via:
            self.participations.append((person.national_id, via, structure))
        if share(person, 6) < 12 or (person.profession == "10" and via):
            self.settings.append(own_settings(person))
        if via not in {"", "none"} and share(person, 7) < 3:
            self.absences.append(absence(person, self.today))
        for practice in person.practices:
            here = practice.spot
            if here.number % 8:  # an eighth of the addresses has no geocode: the commune's point serves
                self.spots[here.town.number, here.number] = here

    def write(self, out: Path) -> None:
        table(out / "participations.csv", ("national_id", "via", "structure"), self.participations)
        header = ("national_id", "accepts_editor_slots", "accepts_on_top", "additional_information",
                  "convention_sector")  # fmt: skip
        table(out / "settings.csv", header, self.settings)
        table(out / "absences.csv", ("national_id", "starts_at", "ends_at"), self.absences)
        table(out / "geocodes.csv", ("line", "postal_code", "insee", "lat", "lon"), geocodes(self.spots.values()))
        table(out / "cpts_communes.csv", ("finess", "insee"), territories())
        table(
            out / "communes.csv",
            ("insee", "name", "postal_codes", "lat", "lon", "population"),
            ((t.insee, t.name, " ".join(t.postal_codes), t.lat, t.lon, t.population) for t in towns()),
        )
        write_json(out / "structure_profiles.json", [profile(house, self.today) for house in described()])
        write_json(out / "sos.json", {"associations": [sos(found) for found in associations()]})


def participation(person: Person) -> tuple[str, str]:
    """How a person declared to take part: (via, structure), ("", "") when he never declared."""
    if person.declared is not None:
        return person.declared, cpts_around(person.town.number)[0].finess if person.declared == "cpts" else ""
    general = person.know_how in GENERAL_MEDICINE
    if share(person, 8) >= (62 if general else 18 if person.profession == "10" else 5):
        return "", ""
    chance = share(person, 9)
    if chance < 8:
        return "none", ""
    around = cpts_around(person.town.number)
    if person.profession == "10" and ("beta" in editors_of(person) or chance < 40):
        return via_cpts(person, around)
    if chance < 75:
        return "individual", ""
    house = next((h for h in houses_of(person.town.number) if h.category == MSP), None)
    if house and chance < 92:
        return "msp", house.finess
    return ("sos", associations()[0].siret) if person.town.department == "47" and chance >= 97 else ("individual", "")


def via_cpts(person: Person, around: tuple[House, ...]) -> tuple[str, str]:
    """Mostly through the CPTS of his town; some individually, some through another one than his slots'."""
    chance = share(person, 10)
    if chance < 15:
        return "individual", ""
    if chance < 30 and len(around) > 2:
        return "cpts", around[2].finess
    return "cpts", around[0].finess


def own_settings(person: Person) -> Sequence[str]:
    return (
        person.national_id,
        "false" if share(person, 11) < 3 else "true",
        "false" if share(person, 12) < 15 else "true",
        NOTES[share(person, 13) % len(NOTES)] if share(person, 14) < 40 else "",
        ("1", "1", "1", "2", "2", "3")[share(person, 15) % 6] if person.profession == "10" else "",
    )


def absence(person: Person, today: datetime) -> Sequence[str]:
    start = today - timedelta(days=share(person, 16) % 5)
    return person.national_id, start.isoformat(), (start + timedelta(days=12)).isoformat()


def geocodes(spots: Iterable[Spot]) -> Iterable[Sequence[object]]:
    return ((s.line, s.postal_code, s.town.insee, s.lat, s.lon) for s in spots)


def territories() -> Iterable[Sequence[str]]:
    for found in cpts_of_departments().values():
        for cpts in found:
            yield from ((cpts.finess, insee) for insee in cpts.communes)


def described() -> Iterable[House]:
    return (house for house in all_houses() if house.category in {CPTS, MSP, CDS})


def profile(house: House, today: datetime) -> dict[str, Any]:
    confirmed = today - timedelta(days=house.town.number % 300)
    kind = {CPTS: "Communauté professionnelle territoriale de santé", MSP: "Maison de santé", CDS: "Centre de santé"}
    return {
        "finess": house.finess,
        "description": f"{kind[house.category]} : {house.name}. Secrétariat dédié aux soins non programmés.",
        "phone": house.phone,
        "opening_hours": WEEK | ({"sat": [["09:00", "12:00"]]} if house.town.number % 2 else {}),
        "confirmed_at": confirmed.isoformat(),
    }


def sos(found: Any) -> dict[str, Any]:
    return {
        "siret": found.siret,
        "name": found.name,
        **place_of(found.places[0][1], found.phone),
        "places": [{"name": label, **place_of(spot, found.phone)} for label, spot in found.places],
    }


def place_of(spot: Spot, phone: str) -> dict[str, Any]:
    return {
        "line": spot.line, "postal_code": spot.postal_code, "city": spot.town.name, "insee": spot.town.insee,
        "phone": phone, "lat": spot.lat, "lon": spot.lon,
    }  # fmt: skip


def midnight(day: datetime) -> datetime:
    return datetime.combine(day.date(), time(), tzinfo=UTC)


def table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
