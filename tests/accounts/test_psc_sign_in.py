"""Signing in with Pro Santé Connect: the real exchange, over HTTP, with the sandbox provider."""

import pytest
from django.test import Client

from sasportal.accounts.models import PscSession, Role, User, UserKind
from sasportal.audit.models import Entry
from tests.accounts.people import professional
from tests.sandbox_psc.provider import CAMILLE, Browser, path_and_query

pytestmark = pytest.mark.django_db


def sign_in(client: Client, browser: Browser, national_id: str = CAMILLE, next_page: str = ""):
    start = client.get("/connexion/psc/", {"next": next_page} if next_page else {})
    page = browser.open(start["Location"])
    back = browser.choose(page, national_id) if page.status_code == 200 else page
    return client.get(path_and_query(back.next.url))


def test_a_regulator_signs_in_and_lands_on_the_search_page(provider):
    professional(CAMILLE, Role.REGULATOR)
    client = Client()
    answer = sign_in(client, Browser())
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/sas/recherche"


def test_the_account_holds_what_pro_sante_connect_says(provider):
    sign_in(Client(), Browser())
    user = User.objects.get(national_id=CAMILLE)
    assert (user.first_name, user.last_name, user.email, user.kind) == (
        "Camille",
        "Régulier",
        "",
        UserKind.PROFESSIONAL,
    )
    assert user.psc_subject == f"f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:{CAMILLE}"
    assert user.has_usable_password() is False


def test_names_are_those_of_the_last_sign_in(provider):
    user = professional(CAMILLE)
    User.objects.filter(pk=user.pk).update(last_name="Nom-De-Naissance")
    sign_in(Client(), Browser())
    user.refresh_from_db()
    assert user.last_name == "Régulier"


def test_an_identifier_with_a_slash_is_an_account_like_another(provider):
    client = Client()
    sign_in(client, Browser(), "3990000001/REG0042")
    assert User.objects.get().national_id == "3990000001/REG0042"


def test_the_session_of_the_provider_is_remembered(provider):
    client = Client()
    sign_in(client, Browser())
    psc_session = PscSession.objects.get()
    assert psc_session.session_key == client.session.session_key
    assert psc_session.user.national_id == CAMILLE
    assert len(psc_session.sid) == 36


def test_signing_in_leaves_a_trace(provider):
    sign_in(Client(), Browser())
    user = User.objects.get()
    entry = Entry.objects.get(action="sign_in")
    assert (entry.actor, entry.origin, entry.detail) == (str(user.technical_id), "127.0.0.1", {"method": "psc"})


def test_without_any_right_the_page_says_so(provider):
    professional(CAMILLE)
    client = Client()
    sign_in(client, Browser())
    page = client.get("/").content.decode()
    assert "Vous n’avez pas encore de droit sur ce portail" in page


def test_signing_in_again_returns_to_the_same_search(provider):
    answer = sign_in(Client(), Browser(), next_page="/sas/recherche?quoi=kine&ou=Agen")
    assert answer["Location"] == "/sas/recherche?quoi=kine&ou=Agen"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_a_page_elsewhere_is_never_returned_to(provider, elsewhere):
    assert sign_in(Client(), Browser(), next_page=elsewhere)["Location"] == "/"


def test_two_tabs_return_each_to_its_own_page(provider):
    client, browser = Client(), Browser()
    first = client.get("/connexion/psc/?next=/compte/")["Location"]
    second = client.get("/connexion/psc/?next=/session/")["Location"]
    back = browser.choose(browser.open(first), CAMILLE)
    assert client.get(path_and_query(back.next.url))["Location"] == "/compte/"
    assert client.get(path_and_query(browser.open(second).next.url))["Location"] == "/session/"


def test_the_second_sign_in_of_a_browser_asks_nothing(provider):
    browser = Browser()
    sign_in(Client(), browser)
    start = Client().get("/connexion/psc/")
    assert browser.open(start["Location"]).next.url.startswith("http://testserver/connexion/psc/retour/?code=")


def test_an_answer_serves_only_once(provider):
    client, browser = Client(), Browser()
    start = client.get("/connexion/psc/")
    back = browser.choose(browser.open(start["Location"]), CAMILLE)
    assert client.get(path_and_query(back.next.url)).status_code == 302
    client.post("/deconnexion/")
    again = client.get(path_and_query(back.next.url))
    assert again.status_code == 400
    assert "Cette demande de connexion n’est plus valable" in again.content.decode()


def test_an_answer_to_somebody_elses_browser_is_refused(provider):
    browser, stranger = Browser(), Client()
    start = Client().get("/connexion/psc/")
    back = browser.choose(browser.open(start["Location"]), CAMILLE)
    assert stranger.get(path_and_query(back.next.url)).status_code == 400
    assert stranger.get("/session/").status_code == 302


def test_cancelling_says_so_and_offers_to_try_again(provider):
    client = Client()
    start = client.get("/connexion/psc/?next=/compte/")["Location"]
    state = dict(part.split("=", 1) for part in start.split("?")[1].split("&"))["state"]
    answer = client.get(f"/connexion/psc/retour/?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert 'href="/connexion/psc/?next=%2Fcompte%2F"' in answer.content.decode()


def test_a_suspended_account_is_told_so(provider):
    user = professional(CAMILLE)
    User.objects.filter(pk=user.pk).update(is_active=False)
    answer = sign_in(Client(), Browser())
    assert answer.status_code == 403
    assert "Votre compte est suspendu" in answer.content.decode()
    assert Entry.objects.get(action="sign_in_refused").detail == {"method": "psc", "reason": "suspended"}


def test_a_patients_account_never_becomes_a_professionals(provider):
    user = professional(CAMILLE)
    User.objects.filter(pk=user.pk).update(kind=UserKind.PATIENT)
    client = Client()
    answer = sign_in(client, Browser())
    assert answer.status_code == 403
    assert client.get("/session/").status_code == 302


def test_without_an_issuer_the_button_is_not_there(settings):
    settings.PSC_ISSUER = ""
    client = Client()
    assert client.get("/connexion/psc/").status_code == 404
    assert "data-sas-psc" not in client.get("/connexion/").content.decode()


def test_the_request_says_what_pro_sante_connect_wants(provider):
    start = Client().get("/connexion/psc/")["Location"]
    query = dict(part.split("=", 1) for part in start.split("?")[1].split("&"))
    asked = {name: query[name] for name in ("response_type", "scope", "acr_values", "code_challenge_method")}
    assert asked == {
        "response_type": "code",
        "scope": "openid+scope_all",
        "acr_values": "eidas1",
        "code_challenge_method": "S256",
    }
    assert len(query["nonce"]) >= 22
