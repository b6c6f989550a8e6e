"""The terms of use: asked of professionals once for each version, before anything else; kept and traced."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sasportal.accounts import terms
from sasportal.accounts.models import TermsAcceptance, User
from sasportal.audit.models import Entry
from tests.accounts import cast
from tests.accounts.people import PSC, local_professional, patient, professional, sign_in_locally

pytestmark = pytest.mark.django_db


def newcomer(user: User | None = None) -> Client:
    """Signed in, and has not accepted anything."""
    client = Client()
    client.force_login(user or cast.regulator(), backend=PSC)
    return client


def accept(client: Client, address: str = "/conditions/"):
    return client.post(address, {"accepted": "on"})


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/", "/conditions/"),
        ("/compte/", "/conditions/?next=%2Fcompte%2F"),
        ("/sas/recherche?quoi=kine&ou=Agen", "/conditions/?next=%2Fsas%2Frecherche%3Fquoi%3Dkine%26ou%3DAgen"),
        ("/admin/", "/conditions/?next=%2Fadmin%2F"),
        ("/nulle-part", None),
        ("/session/", None),
        ("/deconnexion/", None),
        ("/au-revoir/", None),
        ("/comptes/2fa/", None),
        ("/mentions-legales", None),
        ("/donnees-personnelles", None),
        ("/healthz", None),
    ],
)
def test_what_may_be_opened_before(valkey, asked, led_to):
    answer = newcomer().get(asked)
    assert answer.headers.get("Location") == led_to


def test_accepting_leads_to_the_page_asked_for_and_is_asked_once(valkey):
    user = cast.regulator()
    client = newcomer(user)
    led = client.get("/sas/recherche?ou=Agen")["Location"]
    assert accept(client, led)["Location"] == "/sas/recherche?ou=Agen"
    assert client.get("/compte/").status_code == 200
    assert newcomer(user).get("/compte/").status_code == 200
    assert TermsAcceptance.objects.get().version == terms.VERSION
    entry = Entry.objects.get(action="terms_accepted")
    assert (entry.actor, entry.detail) == (str(user.technical_id), {"version": terms.VERSION})


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_a_page_elsewhere_is_never_led_to(elsewhere):
    assert accept(newcomer(), f"/conditions/?next={elsewhere}")["Location"] == "/"


def test_without_the_tick_nothing_is_accepted():
    client = newcomer()
    answer = client.post("/conditions/", {})
    assert answer.status_code == 422
    assert "Cochez cette case pour accepter" in answer.content.decode()
    assert (TermsAcceptance.objects.count(), client.get("/compte/").status_code) == (0, 302)


def test_what_was_sent_is_not_done_nor_sent_again():
    client = newcomer(cast.admin())
    answer = client.post("/admin/accounts/territory/add/", {"name": "Gironde", "departments": "33"})
    assert answer["Location"] == "/conditions/"


@pytest.mark.parametrize(
    "headers", [{"HX-Request": "true"}, {"Accept": "application/json"}, {"Sec-Fetch-Dest": "empty"}]
)
def test_a_script_is_told_so(headers):
    answer = newcomer().get("/sas/suggestions/ou?q=age", headers=headers)
    assert (answer.status_code, answer.json()) == (
        403, {"detail": "Acceptez d’abord les conditions d’utilisation.", "terms": "/conditions/"},
    )  # fmt: skip


def test_a_new_version_is_asked_again_even_in_an_open_session(monkeypatch):
    client = newcomer()
    accept(client)
    assert client.get("/compte/").status_code == 200
    monkeypatch.setattr(terms, "VERSION", "2027-01")
    assert client.get("/compte/")["Location"] == "/conditions/?next=%2Fcompte%2F"


def test_once_accepted_no_page_pays_for_it():
    client = newcomer()
    accept(client)
    client.get("/compte/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/compte/")
    assert [query["sql"] for query in seen if 'FROM "accounts_termsacceptance"' in query["sql"]][1:] == []


def test_the_terms_can_be_read_again(valkey):
    client = newcomer()
    accept(client)
    page = client.get("/conditions/").content.decode()
    assert ("Vous avez accepté ces conditions le" in page, "Accepter et continuer" in page) == (True, False)


def test_a_local_account_sets_up_its_factor_first_then_reads_the_terms():
    user = local_professional("garde@samu.example")
    TermsAcceptance.objects.all().delete()
    client = Client()
    sign_in_locally(client, "garde@samu.example")
    assert client.get("/")["Location"] == "/comptes/2fa/"
    assert client.get("/conditions/")["Location"] == "/comptes/2fa/"
    assert TermsAcceptance.objects.filter(user=user).count() == 0


def test_a_patient_is_not_asked(settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    client = Client()
    client.force_login(patient(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/patient/").status_code == 200
    assert client.get("/conditions/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_acceptance():
    user = professional()
    TermsAcceptance.objects.all().delete()
    gate = threading.Barrier(4)

    def click() -> None:
        gate.wait(10)
        terms.accept(user=user)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (TermsAcceptance.objects.count(), Entry.objects.filter(action="terms_accepted").count()) == (1, 1)
