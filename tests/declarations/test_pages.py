"""The list of declarations and a practitioner's history, for administrators."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sasportal.accounts.models import Role
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast

LIST = "/gestion/declarations/"
DAY = timedelta(days=1)
NOW = cast.MONDAY


def history_of(national_id: str) -> str:
    return reverse("directory:declarations:history", args=[national_id])


@pytest.fixture
def browser(db: None) -> Any:
    with time_machine.travel(NOW, tick=False):
        cast.structures()
        for number, family in ((1, "TENUE"), (2, "LARIVE"), (3, "HALAGE"), (4, "ROUET")):
            cast.practitioner(number, family=family)
        cast.member(1, starts_at=NOW - 9 * DAY)
        cast.member(2, via="msp", structure=cast.REMPARTS, starts_at=NOW + 3 * DAY)
        cast.member(3, via="individual", structure="", starts_at=NOW - 9 * DAY, ends_at=NOW - DAY)
        cast.member(4, via="sos", structure=cast.SOS, starts_at=NOW + DAY, ends_at=NOW + DAY)  # never began
        cast.member(9, via="none", structure="", starts_at=NOW - DAY, ends_at=NOW + DAY)  # gone from the directory
        yield signed_in_by_psc(cast.admin())


def numbers(page: Any) -> list[int]:
    return [int(line.national_id[1:]) - 99_700_000_000 for line in page.context["lines"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [9, 4, 3, 2, 1]),
        ({"q": "tenue"}, [1]),
        ({"q": "ana lar"}, [2]),
        ({"q": cast.bare(9)}, [9]),
        ({"q": cast.AGENAIS}, [1]),
        ({"q": cast.SOS}, [4]),
        ({"q": "remparts"}, [2]),
        ({"q": "AGEN"}, [4, 1]),
        ({"q": "te"}, []),
        ({"via": "individual"}, [3]),
        ({"etat": "en-vigueur"}, [9, 1]),
        ({"etat": "a-venir"}, [2]),
        ({"etat": "close"}, [4, 3]),
        ({"q": "halage", "etat": "en-vigueur"}, []),
        ({"via": "nonsense", "etat": "'; --", "q": "%", "page": "-7"}, []),
    ],
)
def test_declarations_are_found_by_person_structure_way_and_state(
    browser: Client, asked: dict[str, str], found: list[int]
) -> None:
    page = browser.get(LIST, asked)
    assert (page.status_code, numbers(page)) == (200, found)


def test_a_line_says_it_all(browser: Client) -> None:
    lines = {line.name: line for line in browser.get(LIST).context["lines"]}
    one = lines["Dr Ana TENUE"]
    assert (one.via, one.structure, one.place, one.until, one.state, one.by) == (
        "Via une CPTS", "CPTS de l'Agenais", "", "", "en vigueur", "un compte inconnu",
    )  # fmt: skip
    assert [lines[name].state for name in ("Dr Ana LARIVE", "Dr Ana HALAGE", "Dr Ana ROUET")] == [
        "à venir", "close", "close",
    ]  # fmt: skip


def test_a_history_leads_from_the_list(browser: Client) -> None:
    page = browser.get(history_of(cast.rpps(1)))
    assert (page.context["name"], len(page.context["acts"])) == ("Dr Ana TENUE", 1)
    assert history_of(cast.rpps(1)) in browser.get(LIST).content.decode()
    gone = browser.get(history_of(cast.rpps(9))).content.decode()
    assert "n’est plus dans l’annuaire" in gone
    for nobody in ("899799999999", "%00", "x" * 400):
        assert browser.get(f"{LIST}{nobody}/").status_code == 404


@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.ADMIN)])
def test_only_administrators(browser: Client, role: Role | None) -> None:
    scope = {"finess": cast.AGENAIS, "national_id": cast.rpps(1), "editor_id": 1}
    who = cast.person(cast.rpps(1), *([role] if role else []), **scope)
    for address in (LIST, history_of(cast.rpps(1))):
        assert signed_in_by_psc(who).get(address).status_code == 403
        assert Client().get(address).url == f"/connexion/?next={address}"


@pytest.mark.parametrize("how_many", [1, 120])
def test_as_many_queries_for_one_as_for_a_page(browser: Client, how_many: int, django_assert_num_queries: Any) -> None:
    for number in range(100, 100 + how_many):
        cast.practitioner(number, family=f"NOMBREUX{number}")
    by = str(cast.manager().technical_id)
    for number in range(100, 100 + how_many):
        cast.member(number, place_key="C1", declared_by=by)
    browser.get(LIST)
    with django_assert_num_queries(8):
        page = browser.get(LIST, {"q": "nombreux"})
    assert len(page.context["lines"]) == min(how_many, 50)
