"""Local accounts: password, mandatory second factor, lock after five failures, no self sign-up."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from sasportal.accounts import lockout
from sasportal.accounts.models import Role, User
from sasportal.audit.models import Entry
from tests.accounts.people import (
    PASSWORD,
    code_now,
    local_professional,
    patient,
    sign_in_locally,
    with_totp,
)
from tests.store import empty_store

pytestmark = pytest.mark.django_db

EMAIL = "garde@samu.example"
WRONG = "L’adresse e-mail ou le mot de passe sont incorrects."
LOCKED = "Trop de tentatives de connexion échouées. Veuillez réessayer ultérieurement."


@pytest.fixture
def regulator() -> User:
    return with_totp(local_professional(EMAIL, Role.REGULATOR))


def errors_of(answer) -> list[str]:
    return re.findall(r'role="alert">\s*<p>([^<]*)</p>', answer.content.decode())


def sign_in_fully(client: Client) -> None:
    empty_store()  # a code serves once, and the next one is thirty seconds away
    sign_in_locally(client, EMAIL)
    client.post("/comptes/2fa/authenticate/", {"code": code_now()})


def test_password_and_code_open_the_portal(regulator):
    client = Client()
    first = sign_in_locally(client, EMAIL)
    assert (first.status_code, first["Location"]) == (302, "/comptes/2fa/authenticate/")
    assert client.get("/compte/").status_code == 302
    second = client.post("/comptes/2fa/authenticate/", {"code": code_now()})
    assert (second.status_code, second["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/sas/recherche"
    entry = Entry.objects.get(action="sign_in")
    assert (entry.actor, entry.detail) == (str(regulator.technical_id), {"method": "local"})


def test_the_page_asked_for_is_returned_to(regulator):
    client = Client()
    client.post("/connexion/?next=/compte/", {"login": EMAIL, "password": PASSWORD, "next": "/compte/"})
    assert client.post("/comptes/2fa/authenticate/", {"code": code_now()})["Location"] == "/compte/"


def test_a_page_elsewhere_is_not_returned_to(regulator):
    client = Client()
    client.post("/connexion/", {"login": EMAIL, "password": PASSWORD, "next": "https://evil.example/"})
    assert client.post("/comptes/2fa/authenticate/", {"code": code_now()})["Location"] == "/"


def test_a_wrong_code_opens_nothing(regulator):
    client = Client()
    sign_in_locally(client, EMAIL)
    wrong = "000000" if code_now() != "000000" else "000001"
    assert client.post("/comptes/2fa/authenticate/", {"code": wrong}).status_code == 200
    assert client.get("/compte/").status_code == 302


def test_five_wrong_codes_stop_even_the_right_one(regulator):
    client = Client()
    sign_in_locally(client, EMAIL)
    for _ in range(5):
        client.post("/comptes/2fa/authenticate/", {"code": "abc"})
    assert client.post("/comptes/2fa/authenticate/", {"code": code_now()}).status_code == 200
    assert client.get("/compte/").status_code == 302


def test_without_second_factor_every_page_leads_to_setting_one_up():
    local_professional(EMAIL, Role.REGULATOR, Role.ADMIN)
    client = Client()
    assert sign_in_locally(client, EMAIL)["Location"] == "/"
    for address in ("/", "/compte/", "/sas/recherche", "/admin/", "/comptes/sessions/", "/comptes/mot-de-passe/"):
        answer = client.get(address)
        assert (address, answer.status_code, answer["Location"]) == (address, 302, "/comptes/2fa/")
    assert client.get("/compte/", headers={"HX-Request": "true"}).status_code == 403
    assert client.get("/comptes/2fa/").status_code == 200


def test_setting_up_the_second_factor_opens_the_portal():
    local_professional(EMAIL, Role.REGULATOR)
    client = Client()
    sign_in_locally(client, EMAIL)
    page = client.get("/comptes/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page).group(1)
    answer = client.post("/comptes/2fa/totp/activate/", {"code": code_now(secret)})
    assert answer["Location"] == "/comptes/2fa/recovery-codes/"
    assert client.get("/comptes/2fa/recovery-codes/").status_code == 200
    assert client.get("/")["Location"] == "/sas/recherche"
    assert Entry.objects.latest("id").detail == {"kind": "totp"}


@pytest.mark.parametrize("address", ["/compte/", "/comptes/2fa/", "/comptes/2fa/webauthn/add/"])
def test_a_password_alone_adds_no_factor_beside_the_owners(address):
    user = local_professional(EMAIL, Role.REGULATOR)
    thief = Client()
    sign_in_locally(thief, EMAIL)
    with_totp(user)
    assert thief.get(address)["Location"] == f"/connexion/?next={address}"
    assert thief.get("/compte/")["Location"] == "/connexion/?next=/compte/"


def test_a_sensitive_change_asks_again_after_a_while(regulator):
    client = Client()
    sign_in_fully(client)
    session = client.session
    session["account_authentication_methods"] = [
        record | {"at": record["at"] - 301} for record in session["account_authentication_methods"]
    ]
    session.save()
    answer = client.get("/comptes/2fa/webauthn/add/")
    assert answer["Location"] == "/comptes/confirmer-identite/?next=%2Fcomptes%2F2fa%2Fwebauthn%2Fadd%2F"


def test_the_last_second_factor_cannot_be_removed(regulator):
    client = Client()
    sign_in_fully(client)
    client.post("/comptes/2fa/totp/deactivate/", {})
    assert Authenticator.objects.filter(user=regulator, type="totp").count() == 1


@pytest.mark.parametrize("email", [EMAIL, "inconnue@samu.example"])
def test_five_failures_lock_for_fifteen_minutes_known_or_not(regulator, email):
    start = datetime(2026, 11, 3, 9, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        client = Client()
        answers = [errors_of(sign_in_locally(client, email, "faux")) for _ in range(7)]
        assert answers == [[WRONG]] * 5 + [[LOCKED]] * 2
        assert errors_of(sign_in_locally(client, email)) == [LOCKED]
        clock.move_to(start + timedelta(minutes=14, seconds=59))
        assert errors_of(sign_in_locally(client, email)) == [LOCKED]


def test_a_lock_ends_after_fifteen_minutes(regulator, valkey):
    client = Client()
    for _ in range(5):
        sign_in_locally(client, EMAIL, "faux")
    remaining = [valkey.ttl(key) for key in valkey.keys("*sign-in-locked*")]
    assert [890 < seconds <= 900 for seconds in remaining] == [True]


def test_a_success_forgets_the_failures():
    for _ in range(2):
        for _ in range(4):
            lockout.note_failure(EMAIL)
        assert lockout.is_locked(EMAIL) is False
        lockout.forget_failures(EMAIL)
    for _ in range(5):
        lockout.note_failure(EMAIL.upper())
    assert lockout.is_locked(EMAIL) is True


def test_failures_leave_a_trace_without_the_address(regulator):
    sign_in_locally(Client(), EMAIL, "faux")
    entry = Entry.objects.get(action="sign_in_refused")
    assert (entry.actor, entry.target, entry.detail) == (
        "anonymous",
        "",
        {"method": "local", "reason": "password"},
    )


def test_a_suspended_account_answers_as_an_unknown_one(regulator):
    User.objects.filter(pk=regulator.pk).update(is_active=False)
    assert errors_of(sign_in_locally(Client(), EMAIL)) == [WRONG]


def test_a_patient_is_unknown_on_this_side():
    patient("patiente@exemple.example")
    assert errors_of(sign_in_locally(Client(), "patiente@exemple.example")) == [WRONG]


def test_nobody_creates_an_account_alone():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert Client().get("/comptes/signup/").status_code == 404
    assert Client().get("/comptes/inscription/").status_code == 404


def test_the_administration_has_no_form_of_its_own(regulator):
    answer = Client().get("/admin/login/")
    assert (answer.status_code, answer["Location"]) == (302, "/connexion/?next=/admin/")
    elsewhere = Client().get("/admin/login/?next=https://evil.example/")
    assert elsewhere["Location"] == "/connexion/?next=/admin/"


def test_a_forgotten_password_is_chosen_again_by_mail(regulator):
    client = Client()
    client.post("/comptes/mot-de-passe/oublie/", {"email": EMAIL})
    link = re.search(r"http://testserver(/comptes/mot-de-passe/nouveau/\S+)", mail.outbox[0].body).group(1)
    form = client.get(link)["Location"]
    new = "une autre phrase bien longue 33"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert sign_in_locally(Client(), EMAIL, new)["Location"] == "/comptes/2fa/authenticate/"
    assert Entry.objects.filter(action="password_changed").count() == 1


def test_a_forgotten_password_answers_the_same_for_unknown_addresses(regulator):
    answers = [
        Client().post("/comptes/mot-de-passe/oublie/", {"email": email}) for email in (EMAIL, "inconnue@samu.example")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/comptes/mot-de-passe/oublie/envoye/")
    ] * 2


def test_changing_the_password_ends_the_other_sessions(regulator):
    client, other = Client(), Client()
    sign_in_fully(client)
    sign_in_fully(other)
    new = "une autre phrase bien longue 33"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/comptes/mot-de-passe/", form).status_code == 302
    assert client.get("/compte/").status_code == 200
    assert other.get("/compte/").status_code == 302


def test_sessions_are_listed_and_the_others_can_be_ended(regulator):
    client, other = Client(), Client()
    sign_in_fully(client)
    sign_in_fully(other)
    assert client.get("/comptes/sessions/").content.decode().count("<tr>") == 3
    client.post("/comptes/sessions/")
    assert (client.get("/compte/").status_code, other.get("/compte/").status_code) == (200, 302)


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_reauthenticate",
        "account_reauthenticate",
        "account_change_password",
        "usersessions_list",
        "account_inactive",
        "accounts:account",
    ],
)
def test_every_page_of_a_local_account_is_french_and_ours(regulator, name):
    client = Client()
    sign_in_fully(client)
    client.post("/comptes/2fa/recovery-codes/generate/")
    answer = client.get(reverse(name))
    page = answer.content.decode()
    assert (answer.status_code, page.count("<h1"), "fr-container" in page) == (200, 1, True)


@pytest.mark.parametrize("address", ["/comptes/mot-de-passe/oublie/", "/comptes/adresse/", "/comptes/adresse/x/"])
def test_open_pages_of_local_accounts_are_shown(address):
    assert Client().get(address).status_code == 200
