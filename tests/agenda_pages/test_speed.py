"""The page asks the database the same number of times whatever it shows (issue: 12 at most)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.agenda.cast import register
from tests.agenda_pages.pages import SEARCH, cards_of
from tests.agenda_pages.territory import community, practitioners

pytestmark = pytest.mark.django_db

MOST_QUERIES = 13


def measured(client: Client) -> tuple[int, int]:
    """Cards and queries of one search."""
    with CaptureQueriesContext(connection) as seen:
        page = client.get("/sas/recherche", SEARCH | {"cartes": "200"})
    return len(cards_of(page)), len(seen)


def test_queries_do_not_grow_with_the_cards(client_of_regulator: Client) -> None:
    register("http://127.0.0.1:9/fhir")
    community()
    practitioners(range(1, 7))
    client_of_regulator.get("/sas/recherche")
    few = measured(client_of_regulator)
    practitioners(range(7, 31))
    thirty = measured(client_of_regulator)
    practitioners(range(31, 260))
    many = measured(client_of_regulator)
    assert [few[0], thirty[0], many[0]] == [6, 30, 200]
    assert few[1] == thirty[1] == many[1] <= MOST_QUERIES


@pytest.mark.parametrize("where", ["Mont-de-Marsan", "12 rue des Lilas, 40000 Mont-de-Marsan", "Landes"])
def test_a_search_that_looks_further_stays_within_the_same_bound(client_of_regulator: Client, where: str) -> None:
    register("http://127.0.0.1:9/fhir")
    practitioners(range(1, 30))  # around Agen: few are within reach
    client_of_regulator.get("/sas/recherche")
    with CaptureQueriesContext(connection) as seen:
        page = client_of_regulator.get("/sas/recherche", SEARCH | {"ou": where})
    assert page.status_code == 200
    assert len(seen) <= MOST_QUERIES
