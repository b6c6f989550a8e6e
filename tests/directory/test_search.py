"""Who is found, in which order, in how many queries; always equal to reading every row one by one."""

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from directory.distance import kilometres
from directory.models import (
    Absence,
    Activity,
    CptsCommune,
    EffectorSettings,
    Participation,
    Practitioner,
    Structure,
    StructureProfile,
)
from directory.needs import Need, understand
from directory.places import Near, locate
from directory.search import Found, candidates, members, search, structure_card
from tests.directory.people import AGEN, doctor_at, ids, place, practitioner

pytestmark = pytest.mark.django_db


@pytest.fixture
def generalists() -> Need:
    return understand("médecin généraliste")


def near(lat: float = AGEN[0], lon: float = AGEN[1], radius_km: int = 30, kind: Any = "address", **own: Any) -> Near:
    values = {"label": "ici", "department": "47", "time_zone": "Europe/Paris", "insee": "47001"} | own
    return Near(lat=lat, lon=lon, radius_km=radius_km, kind=kind, **values)


def north(km: float) -> tuple[float, float]:
    return AGEN[0] + km / 111.195, AGEN[1]


def participates(number: int, via: str = "individual", structure: str = "") -> None:
    Participation.objects.create(
        national_id=f"8{99_700_000_000 + number}", via=via, structure=structure, declared_by="test"
    )


def test_only_those_within_the_radius_nearest_first(generalists: Need) -> None:
    for number, km in ((1, 9.9), (2, 1.0), (3, 10.1), (4, 5.0)):
        doctor_at(number, north(km))
    doctor_at(5, None)
    found = search(generalists, near(radius_km=10))
    assert ids(found) == [2, 4, 1]
    assert [c.places[0].distance_km for c in found.candidates] == [1.0, 5.0, 9.9]
    assert (found.more, found.radius_km) == (False, 10)


def test_any_code_of_the_specialty_and_no_other(generalists: Need) -> None:
    for number, code in ((1, "SM54"), (2, "SM53"), (3, "SM26"), (4, "SM04"), (5, "")):
        doctor_at(number, north(number), specialty=code)
    place(practitioner(6, profession="60"))
    assert ids(search(generalists, near())) == [1, 2, 3]
    assert ids(search(understand("cardiologue"), near())) == [4]


def test_a_whole_profession_when_the_need_names_no_code() -> None:
    place(practitioner(1, profession="40"), specialty="SCD01")
    place(practitioner(2, profession="40"), at=north(1))
    place(practitioner(3, profession="60"))
    assert ids(search(understand("dentiste"), near())) == [1, 2]
    assert ids(search(understand("orthodontiste"), near())) == [1]


def test_closed_rows_are_not_found(generalists: Need) -> None:
    doctor_at(1, closed_at=timezone.now())
    gone = doctor_at(2)
    Practitioner.objects.filter(pk=gone.pk).update(closed_at=timezone.now())
    assert ids(search(generalists, near())) == []


def test_own_doctor_then_participants_then_others(generalists: Need) -> None:
    for number in (1, 2, 3, 4, 5):
        doctor_at(number, north(number))
    participates(3)
    participates(5)
    participates(1, "none")
    found = search(generalists, near(), own_doctor="899700000004")
    assert ids(found) == [4, 3, 5, 1, 2]
    assert [c.own_doctor for c in found.candidates] == [True, False, False, False, False]
    assert [c.participation.via if c.participation else None for c in found.candidates] == [
        None, "individual", "individual", None, None,
    ]  # fmt: skip


def test_the_own_doctor_is_there_even_out_of_reach_an_unknown_one_is_not(generalists: Need) -> None:
    doctor_at(1)
    doctor_at(2, (48.85, 2.35))
    assert ids(search(generalists, near(), own_doctor="899700000002")) == [2, 1]
    assert ids(search(generalists, near(), own_doctor="899700009999")) == [1]


def test_town_order_is_fair_and_fixed_by_the_seed(generalists: Need) -> None:
    for number in range(40):
        doctor_at(number, north(number / 4))
    town = near(kind="town")
    first, again, other = (ids(search(generalists, town, seed=seed)) for seed in (7, 7, 8))
    assert first == again
    assert sorted(first) == sorted(other) == list(range(40))
    assert first != other
    assert first != sorted(first)
    assert ids(search(generalists, town, order="distance")) == list(range(40))


def test_every_place_of_the_order_is_equally_likely(generalists: Need) -> None:
    for number in range(4):
        doctor_at(number)
    firsts = [ids(search(generalists, near(kind="town"), seed=seed))[0] for seed in range(200)]
    assert all(25 <= firsts.count(number) <= 80 for number in range(4))


def test_a_department_is_itself_not_a_circle(generalists: Need) -> None:
    doctor_at(1, (44.5, 0.16), department="47")
    doctor_at(2, (44.15, 0.86), department="82")
    doctor_at(3, None, department="47")
    found = search(generalists, locate("47"))
    assert sorted(ids(found)) == [1, 3]


def test_places_of_a_candidate_nearest_first_and_home_department_first(generalists: Need) -> None:
    who = practitioner(1)
    place(who, at=north(20), key="far", department="82")
    place(who, at=north(25), key="farther")
    place(who, at=north(2), key="near", specialty="SM04", specialty_label="Cardiologie")
    place(who, at=north(25), key="farther", specialty="SM04", specialty_label="Cardiologie")
    (candidate,) = search(generalists, near()).candidates
    assert [p.key for p in candidate.places] == ["near", "far", "farther"]
    assert candidate.specialties == ("Médecine générale", "Cardiologie")
    assert candidate.specialty_codes == ("SM54", "SM04")
    (candidate,) = search(generalists, locate("Lot-et-Garonne")).candidates
    assert [p.key for p in candidate.places] == ["near", "farther", "far"]


def test_more_says_that_others_exist_without_counting(generalists: Need) -> None:
    for number in range(6):
        doctor_at(number, north(number))
    assert (ids(search(generalists, near(), limit=5)), search(generalists, near(), limit=5).more) == (
        [0, 1, 2, 3, 4],
        True,
    )
    assert search(generalists, near(), limit=6).more is False


def test_a_candidate_carries_what_he_declared(generalists: Need) -> None:
    doctor_at(1, finess="475000001", structure_id="1475000001", department="974")
    Structure.objects.create(finess="475000009", category="604", name="CPTS d'essai", phone="0199000001")
    StructureProfile.objects.create(finess="475000009", phone="0199000002")
    participates(1, "cpts", "475000009")
    EffectorSettings.objects.create(
        national_id="899700000001", accepts_editor_slots=False, accepts_on_top=False, additional_information="Cour",
        convention_sector="2",
    )  # fmt: skip
    now = timezone.now()
    over, coming = (now - timedelta(days=9), now - timedelta(days=2)), (now, now + timedelta(days=3))
    for start, end in (over, coming):
        Absence.objects.create(national_id="899700000001", starts_at=start, ends_at=end)
    (candidate,) = search(generalists, near()).candidates
    declared = candidate.participation
    assert declared
    assert (declared.via, declared.structure, declared.structure_name, declared.structure_phone) == (
        "cpts", "475000009", "CPTS d'essai", "0199000002",
    )  # fmt: skip
    assert (candidate.accepts_editor_slots, candidate.accepts_on_top) == (False, False)
    assert (candidate.additional_information, candidate.convention_sector) == ("Cour", "2")
    assert candidate.absences == (coming,)
    assert (candidate.name, candidate.civility, candidate.profession_label) == ("Ana ESSAI1", "Dr", "Médecin")
    assert (candidate.places[0].time_zone, candidate.places[0].structure_id) == ("Indian/Reunion", "1475000001")


def test_found_survives_the_shared_store(generalists: Need) -> None:
    doctor_at(1)
    participates(1)
    found = search(generalists, near())
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Found) == found


@pytest.mark.parametrize("rows", [1, 3, 200])
def test_the_number_of_queries_does_not_depend_on_the_rows(
    generalists: Need, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        doctor_at(number, north(number / 10))
        participates(number, "cpts", "475000009")
        Structure.objects.create(
            finess=f"47{number:07d}", category="603", name="MSP", lat=AGEN[0], lon=AGEN[1], insee="47001"
        )
    with django_assert_num_queries(5):
        found = search(generalists, near(), own_doctor="899700000000")
    assert len(found.candidates) == rows
    with django_assert_num_queries(3):
        assert len(members("475000009", near=near())) == rows


def test_names_with_and_without_accents_both_orders_near_first() -> None:
    for number, family, given, at in (
        (1, "TÉNUE", "Anne-Lise", north(2)), (2, "TENUET", "Bo", north(1)), (3, "TÉNUE", "Cléo", (48.85, 2.35)),
        (4, "AUTRE", "Anne", north(1)),
    ):  # fmt: skip
        place(practitioner(number, family=family, given=given), at=at)
    assert ids(search(understand("ténue"), near())) == [2, 1]
    assert ids(search(understand("anne lise tenue"), near())) == [1]
    assert ids(search(understand("Tenue Anne-Lise"), near())) == [1]
    assert ids(search(understand("cleo"), near())) == [3]


def test_one_practitioner_by_identifier() -> None:
    doctor_at(1, (48.85, 2.35))
    assert ids(search(understand("99700000001"), near())) == [1]
    assert ids(search(understand("99700000002"), near())) == []


def test_structures_that_cover_the_place_come_first() -> None:
    for finess, category, name, at in (
        ("475000001", "604", "CPTS qui couvre", (44.9, 1.2)), ("475000002", "604", "CPTS proche", north(3)),
        ("475000003", "603", "MSP proche", north(2)), ("475000004", "124", "CDS proche", north(1)),
        ("475000005", "603", "MSP loin", north(31)), ("475000006", "620", "Pharmacie", north(1)),
    ):  # fmt: skip
        Structure.objects.create(finess=finess, category=category, name=name, lat=at[0], lon=at[1])
    CptsCommune.objects.create(finess="475000001", insee="47001")
    found = search(understand("docteur"), near())
    assert [s.name for s in found.structures] == ["CPTS qui couvre", "CPTS proche", "CDS proche", "MSP proche"]
    assert [s.name for s in search(understand("cpts"), near()).structures] == ["CPTS qui couvre", "CPTS proche"]


def test_paris_is_covered_by_the_cpts_of_its_arrondissements() -> None:
    Structure.objects.create(finess="755000001", category="604", name="CPTS du 15e", lat=40.0, lon=2.0)
    CptsCommune.objects.create(finess="755000001", insee="75115")
    assert [s.name for s in search(understand("docteur"), locate("Paris")).structures] == ["CPTS du 15e"]
    assert [s.name for s in search(understand("docteur"), locate("75")).structures] == ["CPTS du 15e"]
    assert search(understand("docteur"), locate("Agen")).structures == ()


def test_members_and_the_card_of_a_structure() -> None:
    Structure.objects.create(finess="475000009", category="604", name="CPTS d'essai", phone="0199000001")
    StructureProfile.objects.create(
        finess="475000009", description="Bonjour", opening_hours={"mon": [["09:00", "12:00"]]}
    )  # fmt: skip
    doctor_at(1, north(5))
    doctor_at(2, north(1))
    doctor_at(3)
    gone = doctor_at(4)
    for number in (1, 2, 4):
        participates(number, "cpts", "475000009")
    participates(3, "cpts", "475000008")
    Practitioner.objects.filter(pk=gone.pk).update(closed_at=timezone.now())
    Activity.objects.filter(practitioner=gone).update(closed_at=timezone.now())
    assert [c.national_id for c in members("475000009", near=near())] == ["899700000002", "899700000001"]
    assert [c.national_id for c in members("475000009")] == ["899700000001", "899700000002"]
    card = structure_card("475000009")
    assert card
    assert (card.name, card.members, card.description, card.phone, card.distance_km) == (
        "CPTS d'essai", 2, "Bonjour", "0199000001", None,
    )  # fmt: skip
    assert card.opening_hours == {"mon": [["09:00", "12:00"]]}
    assert structure_card("000000000") is None
    assert ids(search(understand("475000009"), near())) == [2, 1]


def test_a_category_brings_those_who_take_part_through_one() -> None:
    for number, via, structure in ((1, "cpts", "475000009"), (2, "msp", "475000008"), (3, "individual", "")):
        doctor_at(number, finess="475000007" if number == 3 else "")
        participates(number, via, structure)
    Structure.objects.create(finess="475000007", category="124", name="CDS", lat=AGEN[0], lon=AGEN[1])
    assert ids(search(understand("CPTS"), near())) == [1]
    assert ids(search(understand("maison de santé"), near())) == [2]
    assert ids(search(understand("centre de santé"), near())) == [3]


def test_candidates_keep_the_order_asked_and_drop_the_unknown() -> None:
    doctor_at(1)
    doctor_at(2)
    found = candidates(["899700000002", "899700000404", "899700000001", "899700000002"])
    assert [c.national_id for c in found] == ["899700000002", "899700000001"]
    assert found[0].places[0].distance_km is None
    assert candidates([]) == ()


@pytest.mark.parametrize("latitude", [44.2, -21.1, 0.0, 64.0])
def test_equal_to_brute_force_on_random_places(generalists: Need, latitude: float) -> None:
    dice = Random(int(latitude * 10))
    people = [practitioner(number) for number in range(300)]
    rows = []
    for number, who in enumerate(people):
        for key in range(dice.randint(1, 3)):
            at = latitude + dice.uniform(-1, 1), 2 + dice.uniform(-1.5, 1.5)
            rows.append((number, at, dice.choice(["SM54", "SM53", "SM04"])))
            place(who, at=at, key=f"C{key}", specialty=rows[-1][2])
    for _ in range(25):
        lat, lon, radius = latitude + dice.uniform(-1, 1), 2 + dice.uniform(-1, 1), dice.choice([5, 10, 30, 50, 120])
        best: dict[int, float] = {}
        for number, at, code in rows:
            km = kilometres(lat, lon, *at)
            if code in generalists.specialty.codes and km <= radius:
                best[number] = min(km, best.get(number, km))
        found = search(generalists, near(lat, lon, radius), limit=1_000)
        assert ids(found) == sorted(best, key=lambda number: best[number])
