"""The synthetic territory: the same at every run and every size, in the real formats, with their blemishes."""

import csv
import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from directory.models import Activity, Participation, Practitioner, Structure
from directory.needs import understand
from directory.places import locate
from directory.search import search
from sasportal.sandbox.territory.generate import generate
from sasportal.sandbox.territory.people import person

TODAY = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def written(out: Path, persons: int = 300, month: int = 0) -> Path:
    generate(out, persons=persons, today=TODAY, month=month, say=lambda _: None)
    return out


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("demo"), persons=10_000)


def files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_the_same_bytes_at_every_run(tmp_path: Path) -> None:
    first = files(written(tmp_path / "a"))
    assert first == files(written(tmp_path / "b"))
    assert sorted(first) == [
        "absences.csv", "communes.csv", "cpts_communes.csv", "editors/alpha.json", "editors/beta.json",
        "editors/delta.json", "editors/epsilon.json", "editors/gamma.json", "finess.json.gz", "geocodes.csv",
        "participations.csv", "rpps.txt", "savoir-faire.txt", "settings.csv", "sos.json", "structure_profiles.json",
    ]  # fmt: skip


def test_person_i_is_the_same_whatever_the_size(tmp_path: Path) -> None:
    small, large = ((written(tmp_path / str(n), persons=n) / "rpps.txt").read_text() for n in (100, 250))
    assert large.startswith(small)


def test_the_shape_of_the_extraction(demo: Path) -> None:
    lines = (demo / "rpps.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines]
    assert {len(row) for row in rows} == {56, 57}
    assert all(row[56] == "" for row in rows if len(row) == 57)
    column = {name: position for position, name in enumerate(rows[0])}
    people = rows[1:]
    assert all(row[2] == row[0] + row[1] for row in people)
    assert {row[2][:6] for row in people if row[0] == "8"} == {"899700"}
    phones = {row[column["Téléphone (coord. structure)"]][:6] for row in people}
    assert phones == {"", "019900", "063998"}
    assert Counter(row[0] for row in people)["0"] > 50
    assert any('"' in line for line in lines)
    assert len(lines) > len(set(lines))
    assert any(row[column["Code commune (coord. structure)"]] == "" for row in people)
    assert any(row[column["Libellé pays (coord. structure)"]] == "SUISSE" for row in people)


def test_months_change_a_little(tmp_path: Path) -> None:
    before, after = (set((written(tmp_path / str(m), 3_000, m) / "rpps.txt").read_text().splitlines()) for m in (0, 1))
    assert 0.003 < len(before - after) / len(before) < 0.05
    assert 0.003 < len(after - before) / len(after) < 0.05
    gone = [number for number in range(3_000) if person(number, month=1) is None]
    assert gone
    assert all(person(number, month=2) is None for number in gone)


def test_finess_has_decoys_and_swapped_pairs(demo: Path) -> None:
    entities = json.loads(gzip.decompress((demo / "finess.json.gz").read_bytes()))["pmej"]
    sites = [site for entity in entities for site in entity["ege"]]
    assert len({site["informationsGeneralesEGE"]["numFinessEge"] for site in sites}) == len(sites)
    assert {site["adresse"][0]["usageAdresse"] for site in sites} == {"01"}
    swapped = [site for site in sites if abs(site["adresse"][1]["latitude"]) > 90]
    assert 0 < len(swapped) < len(sites) / 2
    assert any(site["etatObjet"] == "I" for site in sites)


def agendas(demo: Path, slug: str) -> dict[str, dict]:
    found = json.loads((demo / "editors" / f"{slug}.json").read_text())["practitioners"]
    return {one["national_id"]: one for one in found}


def test_editors_know_different_people(demo: Path) -> None:
    known = {slug: agendas(demo, slug) for slug in ("alpha", "beta", "gamma", "delta")}
    sizes = {slug: len(people) for slug, people in known.items()}
    assert sizes["alpha"] > sizes["gamma"] > 500
    assert sizes["beta"] > 500
    assert len(known["alpha"].keys() & known["delta"].keys()) > 20
    shared = Counter(len(one["cpts"]) for one in known["beta"].values())
    assert shared[1] > shared[2] > 50
    assert all(one["cpts"] == [] for one in known["alpha"].values())
    assert {one["profile"] for one in known["beta"].values()} == {"free", "busy", "full"}


def test_some_declare_another_cpts_than_that_of_their_slots(demo: Path) -> None:
    with (demo / "participations.csv").open() as source:
        declared = {row["national_id"]: row for row in csv.DictReader(source)}
    cases = Counter()
    for national_id, agenda in agendas(demo, "beta").items():
        own = declared.get(national_id, {"via": "", "structure": ""})
        offered = {cpts["finess"] for cpts in agenda["cpts"]}
        cases[own["via"] if own["via"] != "cpts" else ("match" if own["structure"] in offered else "mismatch")] += 1
    assert min(cases["match"], cases["mismatch"], cases["individual"], cases[""]) >= 20


@pytest.mark.django_db
def test_the_demo_loads_through_the_products_loaders(demo: Path) -> None:
    call_command("load_communes", str(demo / "communes.csv"))
    call_command("load_finess", str(demo / "finess.json.gz"))
    call_command("load_rpps", str(demo / "rpps.txt"), know_how=str(demo / "savoir-faire.txt"), yes=True)
    call_command("load_local", str(demo))
    open_activities = Activity.objects.filter(closed_at=None)
    assert Practitioner.objects.count() > 9_500
    assert open_activities.filter(lat=None).count() < 20
    assert open_activities.filter(department="").count() < 20
    assert set(Structure.objects.values_list("category", flat=True)) == {"604", "603", "124", "355", "620", "SOS"}
    need = understand("médecin généraliste")
    around = {
        where: search(need, locate(where, radius_km=15), limit=1_000).candidates
        for where in ("Agen", "Cergy", "Paris", "Marseille", "Bordeaux", "Saint-Denis (974)")
    }
    assert {where for where, found in around.items() if len(found) < 30} == set()
    agen = around["Agen"]
    vias = Counter(one.participation.via for one in agen if one.participation)
    structures = {one.participation.structure for one in agen if one.participation and one.participation.via == "cpts"}
    assert len(agen) >= 60
    assert min(vias["individual"], vias["cpts"]) >= 15
    assert len(structures) >= 2
    assert "Noa GÉNÉRALISTE" in {one.name for one in agen}
    names = [card.name for card in search(need, locate("Agen")).structures]
    assert names[0] == "CPTS de l'Agenais"
    assert Participation.objects.exclude(via__in=["none", "individual"]).exclude(
        structure__in=[*Structure.objects.values_list("finess", flat=True).exclude(finess=None),
                       *Structure.objects.filter(finess=None).values_list("siret", flat=True)]
    ).count() == 0  # fmt: skip
