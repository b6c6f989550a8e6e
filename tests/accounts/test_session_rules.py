"""How long a session lasts, what counts as activity, what an ended session answers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from sasportal.accounts.models import Role
from tests.accounts.people import professional, signed_in_by_psc
from tests.store import empty_store

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
BACKGROUND = {"X-SAS-Background": "1"}


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def client(clock) -> Client:
    signed = signed_in_by_psc(professional("899700000013", Role.EFFECTOR))
    assert signed.get("/compte/").status_code == 200
    return signed


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def is_open(client: Client) -> bool:
    return client.get("/compte/", headers=BACKGROUND).status_code == 200


def test_thirty_minutes_without_activity_end_the_session(client, clock):
    clock.move_to(START + minutes(29.9))
    assert is_open(client) is True
    clock.move_to(START + minutes(30))
    assert is_open(client) is False


def test_activity_gives_thirty_more_minutes(client, clock):
    clock.move_to(START + minutes(29))
    client.get("/compte/")
    clock.move_to(START + minutes(58))
    assert is_open(client) is True
    clock.move_to(START + minutes(59))
    assert is_open(client) is False


def test_four_hours_end_the_session_whatever_the_activity(client, clock):
    for quarter in range(1, 16):
        clock.move_to(START + minutes(15 * quarter))
        assert client.get("/compte/").status_code == 200
    clock.move_to(START + minutes(239.9))
    assert is_open(client) is True
    clock.move_to(START + minutes(240))
    assert is_open(client) is False


@pytest.mark.parametrize("headers", [BACKGROUND, {"Accept": "text/event-stream"}, {"Accept": "text/event-stream, */*"}])
def test_what_a_page_asks_by_itself_is_no_activity(client, clock, headers):
    clock.move_to(START + minutes(20))
    assert client.get("/compte/", headers=headers).status_code == 200
    clock.move_to(START + minutes(30))
    assert is_open(client) is False


def test_asking_for_the_time_left_is_no_activity(client, clock):
    clock.move_to(START + minutes(20))
    assert client.get("/session/").json() == {"idle_seconds_left": 600, "absolute_seconds_left": 13_200}
    assert client.get("/session/").json() == {"idle_seconds_left": 600, "absolute_seconds_left": 13_200}


def test_asking_to_stay_is_activity(client, clock):
    clock.move_to(START + minutes(29))
    assert client.post("/session/").json() == {"idle_seconds_left": 1800, "absolute_seconds_left": 12_660}
    clock.move_to(START + minutes(58))
    assert is_open(client) is True


def test_a_page_of_an_ended_session_leads_to_sign_in_and_back(client, clock):
    clock.move_to(START + minutes(31))
    answer = client.get("/compte/?onglet=1")
    assert (answer.status_code, answer["Location"]) == (302, "/connexion/?next=/compte/%3Fonglet%3D1")
    page = client.get(answer["Location"]).content.decode()
    assert "Votre session a pris fin" in page


@pytest.mark.parametrize(
    "headers",
    [
        BACKGROUND,
        {"HX-Request": "true"},
        {"Accept": "text/event-stream"},
        {"Accept": "application/json"},
        {"Sec-Fetch-Dest": "empty"},
        {"X-Requested-With": "XMLHttpRequest"},
    ],
)
def test_a_script_of_an_ended_session_gets_a_clear_signal(client, clock, headers):
    clock.move_to(START + minutes(31))
    answer = client.get("/compte/", headers=headers)
    assert (answer.status_code, answer["X-SAS-Session"]) == (401, "expired")
    assert answer.json() == {"detail": "Votre session est terminée. Reconnectez-vous.", "login": "/connexion/"}


def test_a_timeout_does_not_sign_out_of_pro_sante_connect(client, clock, settings):
    settings.PSC_ISSUER = "http://127.0.0.1:9/auth"
    session = client.session
    session["oidc_id_token"] = "token"
    session.save()
    clock.move_to(START + minutes(31))
    answer = client.get("/compte/")
    assert (answer["Location"], answer.has_header("Refresh")) == ("/connexion/?next=/compte/", False)


def test_an_ended_session_stays_ended(client, clock):
    clock.move_to(START + minutes(31))
    is_open(client)
    clock.move_to(START + minutes(1))
    assert is_open(client) is False


def test_an_emptied_store_counts_from_the_sign_in(client, clock):
    clock.move_to(START + minutes(20))
    client.get("/compte/")
    empty_store()
    clock.move_to(START + minutes(29))
    assert is_open(client) is True
    clock.move_to(START + minutes(30))
    assert is_open(client) is False


def test_pages_are_not_kept_by_the_browser(client):
    assert client.get("/compte/")["Cache-Control"] == "no-store"


def test_activity_writes_nothing_to_the_database(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):  # the account itself; the session comes from the shared store
        client.get("/session/")
