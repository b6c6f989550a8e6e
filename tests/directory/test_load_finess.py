"""FINESS+ deliveries: the right address, believable points, streaming, and files that are something else."""

import gzip
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from directory.loading.failures import GateClosed, WrongFile
from directory.loading.finess import load_finess
from directory.loading.finess_reader import BLOCK, read_finess
from directory.models import Activity, ImportRun, Structure
from tests.directory.extraction import doctor, establishment, load, write, write_finess

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return tmp_path / "finess.json"


def loaded(path: Path, **options) -> ImportRun:
    return load_finess(path, say=lambda _: None, **({"fewest": 1} | options))


def test_an_establishment_becomes_a_structure(delivery: Path) -> None:
    loaded(write_finess(delivery, establishment()))
    cpts = Structure.objects.get()
    assert (cpts.finess, cpts.siret, cpts.category, cpts.name, cpts.search_name) == (
        "475000001", "99700000000011", "604", "CPTS d'essai", "cpts d essai",
    )  # fmt: skip
    assert (cpts.line, cpts.postal_code, cpts.city, cpts.insee, cpts.department, cpts.phone) == (
        "3 RUE DU PORT", "47000", "Agen", "47001", "47", "0199000001",
    )  # fmt: skip
    assert (cpts.lat, cpts.lon, cpts.precision) == (44.2, 0.62, "structure")


def test_the_place_of_exercise_is_not_the_first_address(delivery: Path) -> None:
    site = establishment()
    seat = site["adresse"][0] | {"usageAdresse": "01", "libelleVoie": "DU SIÈGE"}
    old = site["adresse"][0] | {"libelleVoie": "D'AVANT", "etatObjet": "I"}
    loaded(write_finess(delivery, site | {"adresse": [seat, old, *site["adresse"]]}))
    assert Structure.objects.get().line == "3 RUE DU PORT"


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ({"longitude": 509_000.1, "latitude": 6_347_000.2, "coordonneeX": 0.62, "coordonneeY": 44.2}, (44.2, 0.62)),
        ({"longitude": 44.2, "latitude": 0.62}, (44.2, 0.62)),
        ({"longitude": "0.62", "latitude": "44.2"}, (44.2, 0.62)),
        ({"longitude": 0, "latitude": 0}, (44.203, 0.617)),
        ({"longitude": None, "latitude": None}, (44.203, 0.617)),
        ({"longitude": 2.35, "latitude": 48.85}, (44.203, 0.617)),
        ({"longitude": "x", "latitude": "NaN"}, (44.203, 0.617)),
    ],
    ids=["pairs swapped", "axes swapped", "text", "zero", "nothing", "far from its commune", "words"],
)
def test_only_a_believable_point_is_kept(delivery: Path, point: dict, expected: tuple[float, float]) -> None:
    loaded(write_finess(delivery, establishment(address=point)))
    structure = Structure.objects.get()
    assert (structure.lat, structure.lon) == expected
    assert structure.precision == ("structure" if expected == (44.2, 0.62) else "commune")


def test_closed_ones_and_other_categories_are_left_out(delivery: Path) -> None:
    loaded(
        write_finess(
            delivery,
            establishment("475000001"),
            establishment("475000002", information={"dateFermeture": "2020-01-01"}),
            establishment("475000003", etatObjet="I"),
            establishment("475000004", category="500"),
            establishment("475000005", category="620"),
            establishment("47"),
            {"informationsGeneralesEGE": None},
        )
    )
    assert sorted(Structure.objects.values_list("finess", flat=True)) == ["475000001", "475000005"]


def test_the_same_delivery_twice_changes_nothing_and_absent_ones_close(delivery: Path) -> None:
    loaded(write_finess(delivery, establishment("475000001"), establishment("475000002")))
    run = loaded(delivery)
    assert (run.inserted, run.updated, run.closed) == (0, 0, 0)
    run = loaded(write_finess(delivery, establishment("475000002", address={"numeroVoie": "5"})), confirmed=True)
    assert (run.inserted, run.updated, run.closed) == (0, 1, 1)
    assert [s.finess for s in Structure.objects.filter(closed_at=None)] == ["475000002"]
    loaded(write_finess(delivery, establishment("475000001"), establishment("475000002")), confirmed=True)
    assert Structure.objects.filter(closed_at=None).count() == 2


def test_associations_without_finess_are_not_closed(delivery: Path) -> None:
    Structure.objects.create(siret="99700000100011", category="SOS", name="SOS")
    loaded(write_finess(delivery, establishment()))
    assert Structure.objects.get(category="SOS").closed_at is None


def test_gates_hold_for_structures_too(delivery: Path) -> None:
    loaded(write_finess(delivery, *(establishment(f"47500{n:04d}") for n in range(40))))
    with pytest.raises(GateClosed, match="30 lignes contre 40 au dernier chargement"):
        loaded(write_finess(delivery, *(establishment(f"47500{n:04d}") for n in range(30))))
    assert Structure.objects.filter(closed_at=None).count() == 40


def test_places_follow_a_structure_that_moves(delivery: Path, tmp_path: Path) -> None:
    loaded(write_finess(delivery, establishment(category="603")))
    load(write(tmp_path / "rpps.txt", doctor(finess="475000001")))
    loaded(write_finess(delivery, establishment(category="603", address={"longitude": 0.63, "latitude": 44.21})))
    assert list(Activity.objects.values_list("lat", "lon", "precision")) == [(44.21, 0.63, "structure")]


def test_a_large_delivery_is_read_entity_by_entity_across_blocks(delivery: Path) -> None:
    many = [establishment(f"47{n:07d}", information={"nomEgeLong": "é" * (n % 900)}) for n in range(4_000)]
    write_finess(delivery, *many)
    packed = delivery.with_suffix(".json.gz")
    packed.write_bytes(gzip.compress(delivery.read_bytes()))
    assert delivery.stat().st_size > 2 * BLOCK
    expected = [one["informationsGeneralesEGE"]["numFinessEge"] for one in many]
    assert [one.finess for one in read_finess(delivery)] == expected
    assert [one.finess for one in read_finess(packed)] == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "pmej"),
        (b"[]", "pmej"),
        (b'{"autre": []}', "pmej"),
        (b'{"pmej": [{"ege": [', "tronqu"),
        (b'{"pmej": [{"ege": []}, oups]}', "tronqu"),
        (b"\x1f\x8b\x08\x00abc", "tronqu"),
        (b'{"pmej": [{"ege": "\xe9"}]}', "UTF-8"),
    ],
)
def test_files_that_are_something_else_are_refused_in_french(delivery: Path, content: bytes, message: str) -> None:
    loaded(write_finess(delivery, establishment()))
    delivery.write_bytes(content)
    with pytest.raises(CommandError, match=f"{message}.*Rien n'a changé"):
        call_command("load_finess", str(delivery), yes=True)
    assert Structure.objects.filter(closed_at=None).count() == 1


def test_a_delivery_cut_after_some_entities_changes_nothing(delivery: Path) -> None:
    write_finess(delivery, *(establishment(f"47500{n:04d}") for n in range(30)))
    delivery.write_bytes(delivery.read_bytes()[:-40])
    with pytest.raises(WrongFile, match="tronqué"):
        loaded(delivery)
    assert Structure.objects.count() == 0


def test_strange_shapes_of_an_entity_are_survived(delivery: Path) -> None:
    delivery.write_text(json.dumps({"pmej": [1, None, {"ege": None}, {"ege": 3}, {"ege": [None, establishment()]},
                                             {"ege": establishment("475000009")}]}))  # fmt: skip
    loaded(delivery)
    assert sorted(Structure.objects.values_list("finess", flat=True)) == ["475000001", "475000009"]
