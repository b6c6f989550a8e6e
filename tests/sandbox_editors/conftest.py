import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.live import free_port
from tests.sandbox_editors.world import World, world

KINDS = {"alpha": "individual", "beta": "cpts", "gamma": "slow", "delta": "partial", "epsilon": "sos"}
CPTS = [
    {"finess": "470000011", "name": "CPTS Rive Claire", "phone": "01 99 00 11 22"},
    {"finess": "470000022", "name": "CPTS Les Deux Ponts", "phone": ""},
]
# An SOS Médecins association with two consultation places
ASSOCIATION = {
    "siret": "99700000100011", "name": "SOS Médecins Agen", "phone": "0199001230", "profile": "free",
    "places": [
        {"key": f"sos-{name.lower()}", "name": f"Point de consultation {name}", "line": "3 boulevard de la Liberté",
         "postal_code": "47000", "city": "Agen", "time_zone": "Europe/Paris", "phone": "0199001231",
         "hours": ["08:00", "23:30"]}
        for name in ("Centre", "Nord")
    ],
}  # fmt: skip


def person(number: int, **changed: Any) -> dict[str, Any]:
    place = {
        "key": f"lieu-{number}", "line": f"{number} rue de la Mesure", "postal_code": "47000", "city": "Agen",
        "department": "47", "time_zone": "Europe/Paris", "structure_id": "1470000001", "phone": "01 99 00 12 34",
    }  # fmt: skip
    return {
        "national_id": f"8997000010{number:02}", "family_name": f"TENUE{number}", "given_name": "Anne",
        "specialty": "SM54", "places": [place], "cpts": [CPTS[number % 2]], "profile": "free",
    } | changed  # fmt: skip


def far_away(number: int) -> dict[str, Any]:
    one = person(number)
    one["places"] = [
        one["places"][0] | {"postal_code": "97400", "city": "Saint-Denis", "time_zone": "Indian/Reunion"},
    ]
    return one


@pytest.fixture(scope="package")
def people() -> list[dict[str, Any]]:
    """Ten practitioners: the third is full, the fourth on La Réunion, the fifth in two places."""
    found = [person(number) for number in range(1, 11)]
    found[2]["profile"] = "full"
    found[3] = far_away(4)
    found[4]["places"] = [found[4]["places"][0], found[4]["places"][0] | {"key": "second", "line": "2 place du Jeu"}]
    return found


@pytest.fixture(scope="package")
def make_config(tmp_path_factory: pytest.TempPathFactory, people) -> Callable[[], dict[str, Any]]:
    def make(data: Path | None = None) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("editors")
        agenda = folder / "agenda.json"
        agenda.write_text(json.dumps({"practitioners": people, "associations": [ASSOCIATION]}))
        editors = [
            {"name": f"{slug.title()} Agenda", "slug": slug, "port": free_port(), "kind": kind,
             "agenda_file": str(agenda), "psc_client_id": f"editor-{slug}", "psc_client_secret": "secret",
             "inbound_secret": f"inbound-{slug}", "delay": 0}
            for slug, kind in KINDS.items()
        ]  # fmt: skip
        return {"data": str(data or folder), "editors": editors}

    return make


@pytest.fixture(scope="package")
def shared_world(make_config) -> Iterator[World]:
    """Editors for the tests that only read."""
    with world(make_config()) as running:
        yield running


@pytest.fixture
def own_world(make_config) -> Iterator[Callable[..., World]]:
    """Start editors of one's own, to book and to break; call it again to restart on the same data."""
    with ExitStack() as stack:

        def start(config: dict[str, Any] | None = None) -> World:
            stack.close()
            config = config or make_config()
            for _ in range(3):
                try:
                    return stack.enter_context(world(config))
                except OSError:  # somebody took one of its ports meanwhile
                    config = config | {"editors": [one | {"port": free_port()} for one in config["editors"]]}
            return stack.enter_context(world(config))

        yield start
