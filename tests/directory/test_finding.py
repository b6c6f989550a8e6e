"""A structure is found by its numbers or by the beginning of any word of its name."""

from typing import Any

import pytest
from django.utils import timezone

from directory.finding import find_structures
from directory.models import Structure
from sasportal.spelling import plain

pytestmark = pytest.mark.django_db


def structure(name: str, finess: str | None = None, **more: Any) -> Structure:
    return Structure.objects.create(name=name, search_name=plain(name), finess=finess, **more)


@pytest.fixture(autouse=True)
def structures() -> None:
    structure("CPTS Axe Majeur", "470099017", category="604")
    structure("Axe Santé", "470000012", category="603", siret="99700000100029")
    structure("Centre hospitalier d’Agen-Nérac", "470000020", category="101", siret="99700000100037")
    structure("Hôpital de l’Île", "2A0000014", category="101")
    structure("SOS Médecins Agen", siret="99700000100011", category="SOS")
    structure("Axe fermé", "470000038", closed_at=timezone.now())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("470099017", ["CPTS Axe Majeur"]),
        ("47 009 90 17", ["CPTS Axe Majeur"]),
        ("2a0000014", ["Hôpital de l’Île"]),
        ("997 000 001 00011", ["SOS Médecins Agen"]),
        ("99700000100037", ["Centre hospitalier d’Agen-Nérac"]),
        ("axe", ["Axe Santé", "CPTS Axe Majeur"]),
        ("AXE  majéur", ["CPTS Axe Majeur"]),
        ("agen", ["Centre hospitalier d’Agen-Nérac", "SOS Médecins Agen"]),
        ("ajeur", []),
        ("ax", []),
        ("  ", []),
        ("%", []),
        ("470000038", []),
        ("470000000", []),
    ],
)
def test_what_is_meant(text: str, names: list[str]) -> None:
    assert [found.name for found in find_structures(text)] == names


def test_only_some_categories_and_not_too_many(django_assert_num_queries) -> None:
    assert [found.name for found in find_structures("axe", categories=["604"])] == ["CPTS Axe Majeur"]
    assert find_structures("470099017", categories=["603"]) == []
    for number in range(30):
        structure(f"Pharmacie {number:02}", f"4700010{number:02}", category="620")
    with django_assert_num_queries(1):
        assert len(find_structures("pharmacie")) == 20
    assert [found.name for found in find_structures("pharmacie", limit=2)] == ["Pharmacie 00", "Pharmacie 01"]
    with django_assert_num_queries(0):
        find_structures("ph")
