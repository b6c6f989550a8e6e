"""Leaving on click, and being told by the provider that the session is over."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from sasportal.accounts.models import PscSession
from sasportal.accounts.psc_tokens import LOGOUT_EVENT
from sasportal.audit.models import Entry
from tests.accounts import rogue as rogue_module
from tests.accounts.conftest import point_portal_at
from tests.accounts.people import professional, signed_in_by_psc
from tests.accounts.rogue import CLIENT_ID, SECOND_KEY, SUBJECT, Rogue, as_json, sign_in, signed
from tests.sandbox_psc import provider as sandbox
from tests.sandbox_psc.provider import Browser

ENDPOINT = "/connexion/psc/fin-de-session"


@pytest.fixture
def rogue(settings) -> Iterator[Rogue]:
    with rogue_module.running() as started:
        point_portal_at(settings, issuer=started.issuer, authorization="http://127.0.0.1:9/auth")
        yield started


def logout_token(rogue: Rogue, *, without: tuple[str, ...] = (), **changes) -> dict:
    claims = {
        "iss": rogue.issuer,
        "aud": CLIENT_ID,
        "iat": int(time.time()),
        "jti": "notice-1",
        "events": {LOGOUT_EVENT: {}},
        "sid": "session-1",
        "sub": SUBJECT,
    } | changes
    return {"logout_token": signed({name: value for name, value in claims.items() if name not in without})}


def is_open(client: Client) -> bool:
    return client.get("/session/").status_code == 200


@pytest.fixture
def client(rogue, db) -> Client:
    signed = Client(enforce_csrf_checks=False)
    sign_in(signed, rogue)
    assert is_open(signed) is True
    return signed


def test_a_click_ends_the_session_here_and_leads_to_the_provider(client, rogue):
    answer = client.post("/deconnexion/")
    assert is_open(client) is False
    target = urlsplit(answer["Refresh"].removeprefix("0;url="))
    query = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{rogue.issuer}/protocol/openid-connect/logout"
    assert sorted(query) == ["id_token_hint", "post_logout_redirect_uri", "state"]
    assert query["post_logout_redirect_uri"] == "http://testserver/au-revoir/"
    assert query["id_token_hint"].count(".") == 2
    back = client.get("/au-revoir/", {"state": query["state"]}).content.decode()
    assert "Votre session Pro Santé Connect est fermée également" in back


def test_a_goodbye_with_another_state_claims_nothing(client):
    client.post("/deconnexion/")
    back = client.get("/au-revoir/", {"state": "made-up"}).content.decode()
    assert "Votre session Pro Santé Connect est fermée également" not in back


def test_leaving_forgets_the_session_at_the_provider_and_leaves_a_trace(client):
    client.post("/deconnexion/")
    assert PscSession.objects.count() == 0
    assert Entry.objects.latest("id").action == "sign_out"


@pytest.mark.django_db
def test_a_local_session_ends_here_only(settings):
    settings.PSC_ISSUER = "http://127.0.0.1:9/auth"
    client = signed_in_by_psc(professional())  # without an ID token
    answer = client.post("/deconnexion/")
    assert (answer.status_code, answer["Location"]) == (302, "/au-revoir/")


@pytest.mark.django_db
def test_leaving_twice_or_by_link_is_no_fault(settings):
    client = Client()
    assert client.post("/deconnexion/")["Location"] == "/au-revoir/"
    assert client.get("/deconnexion/").status_code == 200


def test_leaving_needs_a_csrf_token(client):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/deconnexion/").status_code == 403
    assert is_open(client) is True


def test_a_notice_ends_the_session_it_names(client, rogue):
    answer = Client(enforce_csrf_checks=True).post(ENDPOINT, logout_token(rogue))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert is_open(client) is False
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.origin, entry.detail) == ("sign_out", "psc", {"method": "back_channel"})


def test_a_notice_by_sid_leaves_the_persons_other_sessions(client, rogue):
    other = Client()
    rogue.claims, rogue.nonce = {"sid": "session-2"}, ""
    sign_in(other, rogue)
    Client().post(ENDPOINT, logout_token(rogue))
    assert (is_open(client), is_open(other)) == (False, True)


def test_a_notice_by_sub_ends_all_the_persons_sessions(client, rogue):
    other = Client()
    rogue.claims, rogue.nonce = {"sid": "session-2"}, ""
    sign_in(other, rogue)
    Client().post(ENDPOINT, logout_token(rogue, without=("sid",)))
    assert (is_open(client), is_open(other)) == (False, False)


def test_a_notice_serves_once(client, rogue):
    token = logout_token(rogue, sid="unknown")
    assert Client().post(ENDPOINT, token).status_code == 200
    assert Client().post(ENDPOINT, token).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"iat": int(time.time()) - 900},
        {"iat": int(time.time()) + 900},
        {"iat": "hier"},
        {"exp": int(time.time()) - 900},
        {"events": {}},
        {"events": []},
        {"events": {LOGOUT_EVENT: "x"}},
        {"nonce": "n"},
        {"jti": ""},
        {"jti": ["x"]},
        {"jti": "x" * 300},
        {"sid": 5, "sub": None},
    ],
)
def test_a_notice_that_is_wrong_ends_nothing(client, rogue, changes):
    assert Client().post(ENDPOINT, logout_token(rogue, **changes)).status_code == 400
    assert is_open(client) is True


@pytest.mark.parametrize("name", ["iss", "aud", "iat", "jti", "events"])
def test_a_notice_with_a_missing_claim_ends_nothing(client, rogue, name):
    assert Client().post(ENDPOINT, logout_token(rogue, without=(name,))).status_code == 400
    assert is_open(client) is True


def test_a_notice_without_sid_nor_sub_ends_nothing(client, rogue):
    assert Client().post(ENDPOINT, logout_token(rogue, without=("sid", "sub"))).status_code == 400


def test_an_id_token_is_no_notice(client, rogue):
    assert Client().post(ENDPOINT, {"logout_token": signed(rogue.id_claims())}).status_code == 400
    assert is_open(client) is True


def test_a_notice_signed_by_somebody_else(client, rogue):
    claims = {"iss": rogue.issuer, "aud": CLIENT_ID, "sid": "session-1", "jti": "x", "iat": int(time.time())}
    token = signed(claims | {"events": {LOGOUT_EVENT: {}}}, SECOND_KEY, kid="first")
    assert Client().post(ENDPOINT, {"logout_token": token}).status_code == 400
    assert is_open(client) is True


def test_a_notice_that_cannot_be_checked_may_be_sent_again(client, rogue, settings):
    cache.delete("psc:jwks")
    rogue.keys_answer = lambda: as_json({}, status=500)
    assert Client().post(ENDPOINT, logout_token(rogue)).status_code == 503


@pytest.mark.parametrize("body", [{}, {"logout_token": ""}, {"logout_token": "x.y.z"}])
def test_something_that_is_no_notice(client, rogue, body):
    assert Client().post(ENDPOINT, body).status_code == 400
    assert Client().get(ENDPOINT).status_code == 405


class Portal:
    """The portal served over real HTTP, and a browser that signed in there with the sandbox."""

    def __init__(self, address: str, provider: sandbox.Provider) -> None:
        self.address, self.provider, self.browser = address, provider, Browser()
        back = self.browser.choose(self.at_provider(), sandbox.CAMILLE)
        self.browser.get(back.next.url, timeout=10)

    def at_provider(self):
        start = self.browser.get(f"{self.address}/connexion/psc/", allow_redirects=False, timeout=10)
        return self.browser.open(start.next.url)

    def is_open(self) -> bool:
        return self.browser.get(f"{self.address}/session/", allow_redirects=False, timeout=10).status_code == 200

    def click_sign_out(self):
        page = self.browser.get(f"{self.address}/deconnexion/", timeout=10).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page).group(1)
        form = {"csrfmiddlewaretoken": token}
        return self.browser.post(f"{self.address}/deconnexion/", data=form, timeout=10)


@pytest.fixture
def portal(live_server, settings) -> Iterator[Portal]:
    address = f"http://127.0.0.1:{urlsplit(live_server.url).port}"
    with sandbox.running(portal=address) as provider:
        point_portal_at(settings, issuer=provider.issuer, authorization=f"{provider.origin}/auth")
        portal = Portal(address, provider)
        assert portal.is_open() is True
        yield portal


def test_a_click_ends_the_session_at_the_sandbox_too(portal):
    leaving = portal.click_sign_out().headers["Refresh"].removeprefix("0;url=")
    goodbye = portal.browser.get(portal.browser.open(leaving).next.url, timeout=10).text
    assert "Votre session Pro Santé Connect est fermée également" in goodbye
    assert portal.is_open() is False
    assert portal.at_provider().status_code == 200  # it asks again who this is


def test_a_session_closed_at_the_sandbox_closes_here(portal):
    portal.browser.leave(portal.provider)
    assert _soon(lambda: not portal.is_open()) is True


def _soon(condition, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
