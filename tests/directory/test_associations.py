"""SOS Médecins associations near a place: for which needs, in which order, with which consultation places."""

import pytest
from django.utils import timezone

from directory.associations import associations_found
from directory.models import Participation, SosPlace, Structure
from directory.needs import understand
from directory.search import search
from tests.directory.people import AGEN, doctor_at
from tests.directory.test_search import near, north

pytestmark = pytest.mark.django_db

SIRET = "99700000100011"


def association(siret: str = SIRET, name: str = "SOS Médecins Agen", **more: object) -> Structure:
    return Structure.objects.create(siret=siret, category="SOS", name=name, phone="0199000001", **more)


def place_of(structure: Structure, name: str, km: float, **more: object) -> SosPlace:
    lat, lon = north(km)
    return SosPlace.objects.create(association=structure, name=name, lat=lat, lon=lon, **more)


def names(what: str, **more: object) -> list[str]:
    return [one.name for one in search(understand(what), near(**more)).associations]


def test_every_place_of_an_association_within_reach_nearest_first() -> None:
    agen = association()
    place_of(agen, "Loin", 45)
    place_of(agen, "Nord", 4, phone="0199000002")
    place_of(agen, "Centre", 0, line="3 boulevard de la Liberté", postal_code="47000", city="Agen")
    [found] = search(understand("médecin généraliste"), near()).associations
    assert (found.siret, found.structure_id, found.name, found.phone) == (
        SIRET, f"3{SIRET}", "SOS Médecins Agen", "0199000001",
    )  # fmt: skip
    assert [(one.name, one.phone) for one in found.places] == [
        ("Centre", "0199000001"), ("Nord", "0199000002"), ("Loin", "0199000001"),
    ]  # fmt: skip
    assert [round(one.distance_km or 0) for one in found.places] == [0, 4, 45]


def test_nearest_association_first_and_none_beyond_the_radius() -> None:
    for number, km in ((1, 12), (2, 3), (3, 40)):
        place_of(association(f"9970000020001{number}", f"SOS {number}"), "Centre", km)
    association("99700000300011", "Sans lieu", lat=AGEN[0], lon=AGEN[1])
    association("99700000300012", "Fermée", lat=AGEN[0], lon=AGEN[1], closed_at=timezone.now())
    assert names("médecin généraliste") == ["Sans lieu", "SOS 2", "SOS 1"]


def test_a_department_brings_its_own() -> None:
    place_of(association(), "Centre", 0, department="47")
    place_of(association("99700000200011", "SOS d’à côté"), "Centre", 1, department="82")
    assert names("médecin généraliste", kind="department") == ["SOS Médecins Agen"]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("médecin généraliste", True),
        ("SOS médecins", True),
        (SIRET, True),
        ("cardiologue", False),
        ("cpts", False),
    ],
)
def test_for_which_needs(what: str, expected: bool) -> None:
    place_of(association(), "Centre", 1)
    assert names(what) == (["SOS Médecins Agen"] if expected else [])


def test_one_asked_by_its_number_is_found_however_far() -> None:
    place_of(association(), "Centre", 300)
    assert names(SIRET) == ["SOS Médecins Agen"]
    assert search(understand(SIRET), near()).structures == ()


def test_who_takes_part_through_it_is_counted() -> None:
    place_of(association(), "Centre", 1)
    for number in (1, 2):
        doctor_at(number)
        Participation.objects.create(
            national_id=f"8{99_700_000_000 + number}", via="sos", structure=SIRET, declared_by="test"
        )
    assert search(understand("SOS médecins"), near()).associations[0].members == 2


def test_one_query_whatever_the_number(django_assert_num_queries) -> None:
    need = understand("médecin généraliste")
    for count in (1, 5):
        for n in range(count):
            place_of(association(f"997{count:05d}{n:06d}", f"SOS {count}-{n}"), "Centre", 1)
        with django_assert_num_queries(1):
            found = associations_found(need, near())
    assert len(found) == 6
