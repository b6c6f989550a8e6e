"""Who uses which software, and what that software knows: one agenda file for each fake editor."""

import json
from pathlib import Path
from typing import Any

from sasportal.sandbox.territory.land import spot
from sasportal.sandbox.territory.people import Person, Practice
from sasportal.sandbox.territory.structures import Association, House, associations, cpts_around

SLUGS = ("alpha", "beta", "gamma", "delta")
# The software of SOS Médecins, and when its consultation places open
SOS_SLUG = "epsilon"
SOS_HOURS = ("08:00", "23:30")
# Professions whose agendas editors hold; out of 100 practitioners, who uses what.
WITH_AGENDA = frozenset({"10", "40", "50", "70", "80", "60"})
TIME_ZONES = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion",
    "975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot",
    "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}  # fmt: skip
PROFILES = ("free", "free", "busy", "busy", "busy", "full")


def share(person: Person, salt: int) -> int:
    """A number from 0 to 99, always the same for one person and one question."""
    mixed = ((person.number + 1) * 2_654_435_761 + salt * 40_503) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 16)) * 2_246_822_519 & 0xFFFFFFFF) * 100 >> 32


def editors_of(person: Person) -> tuple[str, ...]:
    """Alpha knows many, beta doctors of CPTS, gamma some, delta half of the rest; others nobody knows."""
    if person.software is not None:
        return (person.software,) if person.software else ()
    if person.profession not in WITH_AGENDA:
        return ()
    chance = share(person, 1)
    if chance < 38:
        return ("alpha", "delta") if share(person, 2) < 4 else ("alpha",)
    if chance < 62 and person.profession == "10":
        return ("beta",)
    if chance < 72:
        return ("gamma",)
    return ("delta",) if chance < 86 else ()


def agenda(person: Person, slug: str) -> dict[str, Any]:
    return {
        "national_id": person.national_id,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "specialty": person.know_how,
        "places": [place(practice) for practice in known_practices(person)],
        "cpts": [known(cpts) for cpts in shared_with(person)] if slug == "beta" else [],
        "profile": "free" if person.software else PROFILES[share(person, 3) % len(PROFILES)],
    }


def known_practices(person: Person) -> tuple[Practice, ...]:
    """The directory's places, and for a few persons one more that the directory does not know."""
    if share(person, 4) != 7:
        return person.practices
    town = person.town
    extra = Practice(spot=spot(town.number, 5), technical_id=f"X{town.number}", phone="0199009999",
                     rank_id=f"4{person.identifier}900")  # fmt: skip
    return (*person.practices, extra)


def place(practice: Practice) -> dict[str, Any]:
    here = practice.spot
    return {
        "key": practice.technical_id or f"{here.town.insee}-{here.number}",
        "line": here.line,
        "postal_code": here.postal_code,
        "city": here.town.name,
        "department": here.town.department,
        "time_zone": TIME_ZONES.get(here.town.department, "Europe/Paris"),
        "structure_id": practice.structure_id,
        "phone": practice.phone,
    }


def shared_with(person: Person) -> tuple[House, ...]:
    """CPTS whose slots this practitioner opens: mostly his own, sometimes his neighbours' too."""
    around = cpts_around(person.town.number)
    return around[:2] if share(person, 5) < 20 else around[:1]


def known(cpts: House) -> dict[str, str]:
    return {"finess": cpts.finess, "name": cpts.name, "phone": cpts.phone}


def association_agenda(found: Association) -> dict[str, Any]:
    """An association and its consultation places."""
    return {
        "siret": found.siret,
        "name": found.name,
        "phone": found.phone,
        "profile": "free",
        "places": [
            {
                "key": f"{found.siret}-{rank}", "name": name, "line": here.line, "postal_code": here.postal_code,
                "city": here.town.name, "department": here.town.department,
                "time_zone": TIME_ZONES.get(here.town.department, "Europe/Paris"), "phone": found.phone,
                "hours": SOS_HOURS,
            }
            for rank, (name, here) in enumerate(found.places)
        ],
    }  # fmt: skip


class EditorFiles:
    """Collects agendas while persons pass by, writes `editors/<slug>.json` at the end."""

    def __init__(self) -> None:
        self.known: dict[str, list[dict[str, Any]]] = {slug: [] for slug in SLUGS}

    def take(self, person: Person) -> None:
        for slug in editors_of(person):
            self.known[slug].append(agenda(person, slug))

    def write(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        for slug, practitioners in self.known.items():
            text = json.dumps({"practitioners": practitioners}, ensure_ascii=False, separators=(",", ":"))
            (directory / f"{slug}.json").write_text(text, encoding="utf-8")
        sos = {"associations": [association_agenda(one) for one in associations()]}
        text = json.dumps(sos, ensure_ascii=False, separators=(",", ":"))
        (directory / f"{SOS_SLUG}.json").write_text(text, encoding="utf-8")
