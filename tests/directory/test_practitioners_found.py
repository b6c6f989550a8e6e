"""Finding practitioners by number or name."""

from typing import Any

import pytest
from django.utils import timezone

from directory.models import Practitioner
from directory.practitioners_found import PractitionerFound, find_practitioners
from tests.directory.people import doctor_at, place, practitioner

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> None:
    for number, family, given in (
        (1, "TENUE", "Anne"), (2, "TENUEL", "Bruno"), (3, "D’ŒUVRE-MÉTIER", "Chloé"), (4, "ANNELIN", "Denis"),
    ):  # fmt: skip
        place(practitioner(number, family=family, given=given), city=f"Ville{number}")
    adeli = Practitioner.objects.create(
        national_id="0471234567", family_name="KINÉ", given_name="Lou", profession="70", search_name="kine lou",
        search_name_given_first="lou kine",
    )  # fmt: skip
    place(adeli)
    Practitioner.objects.filter(pk="899700000002").update(closed_at=timezone.now())


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("99700000001", ["TENUE"]),
        ("899700000001", ["TENUE"]),
        (" 99700 000 001 ", ["TENUE"]),
        ("471234567", ["KINÉ"]),
        ("0471234567", ["KINÉ"]),
        ("9970000000", []),
        ("99700000002", []),  # left the directory
        ("ten", ["TENUE"]),
        ("TÉNUE an", ["TENUE"]),
        ("anne", ["ANNELIN", "TENUE"]),
        ("anne tenue", ["TENUE"]),
        ("d'oeuvre metier", ["D’ŒUVRE-MÉTIER"]),
        ("chloe d œuvre", ["D’ŒUVRE-MÉTIER"]),
        ("te", []),
        ("", []),
        ("%", []),
        ("_en", []),
    ],
)
def test_by_number_or_by_name_in_either_order(text: str, names: list[str]) -> None:
    found = find_practitioners(text, limit=10)
    assert [one.name.removeprefix("Dr ").split(" ", 1)[1] for one in found] == names


@pytest.mark.usefixtures("people")
def test_what_tells_namesakes_apart() -> None:
    assert find_practitioners("tenue", limit=10) == [
        PractitionerFound(
            national_id="899700000001", name="Dr Anne TENUE", profession="Médecin", specialty="Médecine générale",
            town="Ville1",
        )
    ]  # fmt: skip


def test_three_queries_and_no_more_than_asked_for(django_assert_num_queries: Any) -> None:
    for number in range(30):
        doctor_at(number)
    with django_assert_num_queries(3):
        assert len(find_practitioners("essai", limit=20)) == 20
