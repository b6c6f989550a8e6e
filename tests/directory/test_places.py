"""Where: towns, postcodes, departments and addresses as people type them."""

import pytest

from directory.loading.location import remember
from directory.models import Commune, Department, Specialty, SpecialtyRadius
from directory.places import PlaceUnknown, locate, suggest_places
from sasportal.sandbox.territory.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("where", "label", "kind"),
    [
        ("Agen", "Agen (47)", "town"),
        ("  aGEN ", "Agen (47)", "town"),
        ("47000", "Agen (47)", "town"),
        ("47000 Agen", "Agen (47)", "town"),
        ("Agen (47)", "Agen (47)", "town"),
        ("47001", "Agen (47)", "town"),
        ("AGEN CEDEX 9", "Agen (47)", "town"),
        ("95000 Pontoise", "Pontoise (95)", "town"),
        ("95000", "Cergy (95)", "town"),
        ("2A004", "Ajaccio (2A)", "town"),
        ("12 rue des Lilas, 47000 Agen", "Agen (47)", "town"),
        ("12 rue des Lilas Agen", "Agen (47)", "town"),
        ("St-Étienne", "Saint-Étienne (42)", "town"),
        ("saint denis", "Saint-Denis (974)", "town"),
        ("Saint-Denis (93)", "Saint-Denis (93)", "town"),
        ("Paris", "Paris (75)", "town"),
        ("75015", "Paris 15e arrondissement (75)", "town"),
        ("Paris (département)", "Paris (75)", "department"),
        ("75", "Paris (75)", "department"),
        ("Lot-et-Garonne", "Lot-et-Garonne (47)", "department"),
        ("lot et garonne (47)", "Lot-et-Garonne (47)", "department"),
        ("département Lot", "Lot (46)", "department"),
        ("47", "Lot-et-Garonne (47)", "department"),
        ("1", "Ain (01)", "department"),
        ("2a", "Corse-du-Sud (2A)", "department"),
        ("974", "La Réunion (974)", "department"),
        ("Réunion", "La Réunion (974)", "department"),
    ],
)
def test_what_people_type(where: str, label: str, kind: str) -> None:
    near = locate(where)
    assert (near.label, near.kind) == (label, kind)


def test_an_address_whose_point_is_known() -> None:
    remember("12 RUE DES LILAS", "47000", "47001", (44.21, 0.62))
    near = locate("12, rue des Lilas, 47000 Agen")
    assert (near.kind, near.lat, near.lon, near.label) == ("address", 44.21, 0.62, "12, rue des Lilas, Agen (47)")
    assert locate("12 rue des lilas Agen").kind == "address"


@pytest.mark.parametrize(("where", "suggestions"), [("Agn", ["Agen (47)"]), ("Zzzz", []), ("", []), ("99", [])])
def test_an_unknown_place_suggests_near_spellings(where: str, suggestions: list[str]) -> None:
    with pytest.raises(PlaceUnknown) as unknown:
        locate(where)
    assert unknown.value.suggestions == suggestions


def test_the_radius_is_the_asked_one_else_the_specialtys_else_the_departments() -> None:
    generalist = Specialty.objects.get(pk="medecin-generaliste")
    SpecialtyRadius.objects.create(department_id="47", specialty=generalist, radius_km=42)
    other = Specialty.objects.get(pk="cardiologue")
    assert [
        locate("Agen").radius_km, locate("Agen", specialty=generalist).radius_km,
        locate("Agen", specialty=other).radius_km, locate("Agen", specialty=generalist, radius_km=7).radius_km,
        locate("Agen", radius_km=9_999).radius_km, locate("Agen", radius_km=-3).radius_km,
    ] == [30, 42, 30, 7, 200, 1]  # fmt: skip


def test_time_zones_overseas() -> None:
    zones = {where: locate(where).time_zone for where in ("974", "Cayenne", "Nouméa", "Agen", "Papeete")}
    assert zones == {
        "974": "Indian/Reunion", "Cayenne": "America/Cayenne", "Nouméa": "Pacific/Noumea", "Agen": "Europe/Paris",
        "Papeete": "Pacific/Tahiti",
    }  # fmt: skip


def test_every_department_has_a_radius_and_a_town() -> None:
    metropolitan = {f"{n:02d}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
    overseas = {"971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"}
    assert set(Department.objects.values_list("pk", flat=True)) == metropolitan | overseas
    assert set(Commune.objects.values_list("department", flat=True)) == metropolitan | overseas
    expected = {"04": 50, "88": 30, "69": 5, "974": 10, "2B": 40, "87": 20, "91": 10}
    assert {code: Department.objects.get(pk=code).radius_km for code in expected} == expected


def test_suggestions_by_beginning_accents_and_case_apart() -> None:
    assert [s.value for s in suggest_places("AGE")] == ["Agen (47)"]
    assert [s.value for s in suggest_places("st denis")] == ["Saint-Denis (974)", "Saint-Denis (93)"]
    assert [(s.group, s.value) for s in suggest_places("lot")] == [
        ("Départements", "Lot (département)"), ("Départements", "Lot-et-Garonne (département)"),
    ]  # fmt: skip
    assert [s.label for s in suggest_places("47")] == ["Lot-et-Garonne (47)"]
    assert [s.label for s in suggest_places("95000")] == ["Cergy (95)", "Pontoise (95)"]
    assert suggest_places("a") == []
    assert suggest_places("%%") == []
    assert len(suggest_places("saint", limit=5)) == 5


@pytest.mark.parametrize("text", ["lot", "paris", "95000", "saint", "réunion", "st denis"])
def test_every_suggestion_is_understood(text: str) -> None:
    for suggestion in suggest_places(text):
        assert locate(suggestion.value).kind == ("department" if suggestion.group == "Départements" else "town")


def test_the_towns_of_the_generator_are_those_of_the_directory() -> None:
    found = person(0)
    assert found
    assert Commune.objects.get(insee=found.town.insee).name == found.town.name
