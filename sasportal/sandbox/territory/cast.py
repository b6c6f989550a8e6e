"""The effectors who sign in to the demo (identities.json), each with a surgery in Agen."""

import json
from collections.abc import Iterator
from pathlib import Path

from sasportal.sandbox.territory.land import Town, spot, towns
from sasportal.sandbox.territory.people import DEMO_PROFESSIONS, Person, Practice

IDENTITIES = Path(__file__).resolve().parent.parent / "identities.json"
HOME = "47001"


def cast() -> Iterator[Person]:
    """Persons numbered below zero, before all others."""
    town = next(town for town in towns() if town.insee == HOME)
    effectors = [one for one in json.loads(IDENTITIES.read_text(encoding="utf-8")) if "demo" in one]
    for rank, one in enumerate(effectors, start=1):
        yield effector(one, rank, town)


def effector(identity: dict, rank: int, town: Town) -> Person:
    code = identity["profession"]
    doctor = code == "10"
    practice = Practice(
        spot=spot(town.number, 10 + rank),
        technical_id=f"C{town.number:04d}{rank:08d}",
        name="CABINET DE DÉMONSTRATION",
        phone=f"019900470{rank}",
        rank_id=f"4{identity['national_id'][1:]}001",
    )
    return Person(
        number=-rank,
        id_type=identity["national_id"][0],
        identifier=identity["national_id"][1:],
        civility="MME",
        family_name=identity["family_name"].upper(),
        given_name=identity["given_name"],
        profession=code,
        profession_label=next(label for known, label, _ in DEMO_PROFESSIONS if known == code),
        know_how="SM54" if doctor else "",
        know_how_label="Spécialiste en Médecine Générale" if doctor else "",
        practices=(practice,),
        software=identity["demo"]["software"],
        declared=identity["demo"]["declared"],
    )
