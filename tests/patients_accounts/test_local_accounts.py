"""Patients' local accounts: signing up, confirming the address, signing in, forgetting the password."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from sasportal.accounts.models import User, UserKind
from sasportal.accounts.patients import unconfirmed
from sasportal.accounts.patients.tasks import forget_unconfirmed
from sasportal.accounts.sides import PATIENTS_URLCONF
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from tests.accounts.people import PASSWORD, code_now, local_professional, patient, with_totp
from tests.patients_accounts.cast import ADDRESS, confirmed, is_in, mailed, prove_code, sign_in, signed_up

pytestmark = pytest.mark.django_db

SENT = "/patient/compte/adresse/"
WRONG = "L’adresse e-mail ou le mot de passe sont incorrects."
LOCKED = "Trop de tentatives de connexion échouées. Veuillez réessayer ultérieurement."
NEW = "une autre phrase bien longue 33"


def errors_of(answer) -> list[str]:
    return re.findall(r'role="alert">\s*<p>([^<]*)</p>', answer.content.decode())


def test_signing_up_opens_an_account_that_waits_for_its_address():
    client, led_to = signed_up()
    user = User.objects.get()
    assert (led_to, is_in(client)) == (SENT, False)
    assert (user.kind, user.email, user.username, user.first_name) == (
        UserKind.PATIENT, ADDRESS, f"patient-{user.technical_id}", "",
    )  # fmt: skip
    assert EmailAddress.objects.get().verified is False


def test_the_mail_leaves_through_the_outbox_which_keeps_no_address():
    signed_up()
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.payload) == ("patient-address", {"address_id": EmailAddress.objects.get().pk})
    [(to, subject, link)] = mailed()
    assert (to, subject, link.startswith(SENT)) == (ADDRESS, "Confirmez votre adresse", True)


def test_the_link_confirms_and_opens_the_session_where_it_was_asked():
    client, _ = signed_up(next_page="/patient/rendez-vous/nouveau?creneau=a")
    [(_, _, link)] = mailed()
    assert "Confirmer l’adresse" in client.get(link).content.decode()
    assert client.post(link)["Location"] == "/patient/rendez-vous/nouveau?creneau=a"
    assert is_in(client) is True


def test_the_link_opened_elsewhere_confirms_and_opens_nothing():
    signed_up()
    [(_, _, link)] = mailed()
    elsewhere = Client()
    assert elsewhere.post(link)["Location"] == "/patient/connexion"
    assert (is_in(elsewhere), EmailAddress.objects.get().verified) == (False, True)
    assert elsewhere.post(link).status_code == 404


def test_without_confirmed_address_the_password_opens_nothing():
    signed_up()
    client = Client()
    assert sign_in(client)["Location"] == SENT
    assert is_in(client) is False


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("court", "12 caractères"),
        ("telechargement", "trop courant"),
        ("123456789012", "entièrement numérique"),
        ("lou.martin@exemple", "trop semblable"),
    ],
)
def test_a_weak_password_is_refused_beside_its_field(password, said):
    form = {"email": ADDRESS, "password1": password, "password2": password}
    page = Client().post("/patient/inscription", form).content.decode()
    errors = re.search(r'<p class="fr-error-text" id="id_password1-erreur">([^<]*)</p>', page).group(1)
    assert said in errors
    assert User.objects.exists() is False


def test_an_address_already_known_gets_the_same_answer_and_a_mail_to_its_owner():
    patient(ADDRESS)
    client, led_to = signed_up(ADDRESS.upper())
    assert (led_to, User.objects.count(), is_in(client)) == (SENT, 1, False)
    assert mailed() == [(ADDRESS, "Vous avez déjà un compte", "/patient/compte/mot-de-passe/oublie/")]


def test_the_address_of_a_professional_account_is_no_patients():
    local_professional(ADDRESS)
    assert signed_up()[1] == SENT
    assert User.objects.get().kind == UserKind.PROFESSIONAL
    assert mailed() == [(ADDRESS, "Vous avez déjà un compte", "/patient/inscription")]


def test_the_same_pages_answer_known_and_unknown_addresses():
    patient(ADDRESS)
    pages = []
    for email in (ADDRESS, "personne@exemple.example"):
        client, led_to = signed_up(email)
        page = client.get(led_to).content.decode().replace(email, "…")
        pages.append((led_to, re.sub(r'(nonce|value)="[^"]*"', "", page)))
    assert pages[0] == pages[1]


def test_password_opens_the_account_and_leaves_a_trace():
    user = patient(ADDRESS)
    client = Client()
    assert sign_in(client)["Location"] == "/patient/compte/"
    assert is_in(client) is True
    entry = Entry.objects.get(action="sign_in")
    assert (entry.actor, entry.detail) == (str(user.technical_id), {"method": "local"})


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/patient/rendez-vous/", "/patient/rendez-vous/"),
        ("/sas/recherche", "/patient/compte/"),
        ("https://evil.example/patient/", "/patient/compte/"),
        ("//evil.example/patient/", "/patient/compte/"),
        ("/patient/../sas/recherche", "/patient/compte/"),
        ("/patient/..", "/patient/compte/"),
        ("javascript:/patient/", "/patient/compte/"),
    ],
)
def test_only_patients_pages_are_returned_to(wanted, led_to):
    patient(ADDRESS)
    assert sign_in(Client(), next_page=wanted)["Location"] == led_to


@pytest.mark.parametrize("email", [ADDRESS, "inconnue@exemple.example"])
def test_five_failures_lock_known_or_not(email):
    patient(ADDRESS)
    client = Client()
    answers = [errors_of(sign_in(client, email, "faux")) for _ in range(6)]
    assert answers == [[WRONG]] * 5 + [[LOCKED]]
    assert errors_of(sign_in(client, email)) == [LOCKED]


def test_a_closed_account_answers_as_an_unknown_one():
    user = patient(ADDRESS)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert errors_of(sign_in(Client())) == [WRONG]


def test_a_forgotten_password_is_chosen_again_by_mail():
    patient(ADDRESS)
    open_elsewhere = Client()
    sign_in(open_elsewhere)
    client = Client()
    client.post("/patient/compte/mot-de-passe/oublie/", {"email": ADDRESS})
    [(to, subject, link)] = mailed()
    assert (to, subject) == (ADDRESS, "Choisissez un nouveau mot de passe")
    form = client.get(link)["Location"]
    assert client.post(form, {"password1": NEW, "password2": NEW})["Location"].endswith("/nouveau/fait/")
    assert sign_in(Client(), password=NEW)["Location"] == "/patient/compte/"
    assert (is_in(open_elsewhere), "plus valable" in Client().get(link).content.decode()) == (False, True)


def test_a_forgotten_password_answers_the_same_for_unknown_addresses():
    patient(ADDRESS)
    page = "/patient/compte/mot-de-passe/oublie/"
    answers = [Client().post(page, {"email": one}) for one in (ADDRESS, "x@exemple.example")]
    assert [answer["Location"] for answer in answers] == ["/patient/compte/mot-de-passe/oublie/envoye/"] * 2
    assert Delivery.objects.count() == 1


def test_the_second_factor_is_asked_of_who_has_one():
    with_totp(patient(ADDRESS))
    client = Client()
    assert sign_in(client, next_page="/patient/compte/appareils/")["Location"] == "/patient/compte/2fa/authenticate/"
    assert is_in(client) is False
    assert prove_code(client)["Location"] == "/patient/compte/appareils/"
    assert is_in(client) is True


def test_a_password_alone_adds_no_factor_beside_the_owners():
    user = patient(ADDRESS)
    thief = Client()
    sign_in(thief)
    with_totp(user)
    assert thief.get("/patient/compte/2fa/")["Location"] == "/patient/connexion?next=/patient/compte/2fa/"
    assert is_in(thief) is False


def test_a_first_factor_leads_back_to_the_page_that_asked():
    patient(ADDRESS)
    client = Client()
    sign_in(client)
    client.get("/patient/compte/second-facteur?next=/patient/rendez-vous/")
    page = client.get("/patient/compte/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page).group(1)
    led_to = client.post("/patient/compte/2fa/totp/activate/", {"code": code_now(secret)})["Location"]
    assert led_to == "/patient/compte/2fa/recovery-codes/"
    assert 'href="/patient/compte/suite"' in client.get(led_to).content.decode()
    assert client.get("/patient/compte/suite")["Location"] == "/patient/rendez-vous/"
    assert client.get("/patient/compte/suite")["Location"] == "/patient/compte/"
    client.post("/patient/compte/2fa/totp/deactivate/")
    assert "Configurer une application" in client.get("/patient/compte/2fa/").content.decode()


def test_devices_are_listed_and_the_others_are_disconnected():
    patient(ADDRESS)
    client, other = Client(), Client()
    sign_in(client)
    sign_in(other)
    assert client.get("/patient/compte/appareils/").content.decode().count("<li>\n                ") >= 2
    client.post("/patient/compte/appareils/")
    assert (is_in(client), is_in(other)) == (True, False)


def test_signing_out_ends_this_session():
    client = confirmed()
    assert client.post("/patient/deconnexion")["Location"] == "/patient/au-revoir"
    assert is_in(client) is False
    assert client.get("/patient/au-revoir").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
        "mfa_deactivate_totp", "mfa_reauthenticate", "account_reauthenticate", "account_change_password",
        "usersessions_list", "account_inactive", "accounts:patient:account", "accounts:patient:logout",
    ],
)  # fmt: skip
def test_every_page_of_the_account_is_patients_own(name):
    with_totp(patient(ADDRESS))
    client = Client()
    sign_in(client)
    prove_code(client)
    cache.clear()
    client.post("/patient/compte/2fa/recovery-codes/generate/")
    answer = client.get(reverse(name, urlconf=PATIENTS_URLCONF))
    page = answer.content.decode()
    assert (answer.status_code, page.count("<h1"), answer["Cache-Control"].count("no-store")) == (200, 1, 1)
    assert ("Prendre rendez-vous" in page, "régulation" in page, 'href="/connexion/' in page) == (True, False, False)
    assert ('href="/compte' in page, 'href="/comptes' in page, 'action="/comptes' in page) == (False, False, False)


@pytest.mark.parametrize(
    "address",
    ["/patient/connexion", "/patient/inscription", "/patient/au-revoir", "/patient/compte/mot-de-passe/oublie/",
     "/patient/compte/mot-de-passe/oublie/envoye/", SENT, f"{SENT}x/"],
)  # fmt: skip
def test_open_pages_are_shown_in_the_patients_look(address):
    answer = Client().get(address)
    page = answer.content.decode()
    assert (answer.status_code, "Portail de régulation" in page, 'href="/connexion/' in page) == (200, False, False)


def test_a_page_of_the_account_leads_to_signing_in_and_back():
    answer = Client().get("/patient/compte/appareils/?x=1")
    assert answer["Location"] == "/patient/connexion?next=/patient/compte/appareils/%3Fx%3D1"


def test_password_is_changed_and_other_devices_leave():
    patient(ADDRESS)
    client, other = Client(), Client()
    sign_in(client)
    sign_in(other)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/patient/compte/mot-de-passe/", form)["Location"] == "/patient/compte/"
    assert (is_in(client), is_in(other)) == (True, False)


def test_an_address_nobody_confirms_is_free_again_after_four_days():
    signed_up()
    patient("confirmee@exemple.example")
    opened = User.objects.get(email=ADDRESS).date_joined
    assert unconfirmed.forget(now=opened + timedelta(days=4)) == 0
    forget_unconfirmed()
    assert User.objects.count() == 2
    assert unconfirmed.forget(now=opened + timedelta(days=4, seconds=1)) == 1
    assert User.objects.get().email == "confirmee@exemple.example"
