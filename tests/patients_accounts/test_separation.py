"""The two sides never meet: a session, a password, a half-finished sign-in of one opens nothing on the other."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from sasportal.accounts.models import Role, User, UserKind
from sasportal.accounts.patients.access import patient_required, second_factor_required
from sasportal.accounts.roles import has_role
from sasportal.accounts.sides import PATIENTS_URLCONF, kind_of_side
from tests.accounts.people import (
    PASSWORD,
    code_now,
    local_professional,
    patient,
    professional,
    signed_in_by_psc,
    with_totp,
)
from tests.patients_accounts.cast import ADDRESS, sign_in

pytestmark = pytest.mark.django_db

PROFESSIONAL = "garde@samu.example"
PROFESSIONALS_PAGES = ["/", "/compte/", "/sas/recherche", "/comptes/2fa/", "/comptes/sessions/", "/gestion/", "/admin/"]
PATIENTS_PAGES = ["/patient/compte/", "/patient/compte/2fa/", "/patient/compte/appareils/", "/patient/compte/suite"]


def patients_session() -> Client:
    patient(ADDRESS)
    client = Client()
    sign_in(client)
    return client


@pytest.mark.parametrize("address", PROFESSIONALS_PAGES)
def test_a_patients_session_opens_no_page_of_professionals(address):
    answer = patients_session().get(address, follow=True)
    assert answer.status_code == 403


@pytest.mark.parametrize("address", PATIENTS_PAGES)
def test_a_professionals_session_opens_no_page_of_patients(address):
    client = signed_in_by_psc(professional("899700000013", Role.ADMIN))
    answer = client.get(address)
    assert (answer.status_code, "Ce compte ne donne pas accès" in answer.content.decode()) == (403, True)


@pytest.mark.parametrize("address", ["/patient/connexion", "/patient/inscription", "/patient/deconnexion"])
def test_a_professional_is_told_to_sign_out_first(address):
    client = signed_in_by_psc(professional())
    assert (client.get(address).status_code, client.post(address, {}).status_code) == (403, 403)
    assert client.get("/compte/").status_code == 200


def test_a_password_opens_its_own_side_only():
    patient(ADDRESS)
    with_totp(local_professional(PROFESSIONAL))
    client = Client()
    assert client.post("/connexion/", {"login": ADDRESS, "password": PASSWORD}).status_code == 200
    assert sign_in(client, PROFESSIONAL).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("begins", "ends", "email"),
    [
        ("/patient/connexion", "/comptes/2fa/authenticate/", ADDRESS),
        ("/connexion/", "/patient/compte/2fa/authenticate/", PROFESSIONAL),
    ],
)
def test_a_sign_in_begun_on_one_side_does_not_end_on_the_other(begins, ends, email):
    with_totp(patient(ADDRESS))
    with_totp(local_professional(PROFESSIONAL))
    client = Client()
    client.post(begins, {"login": email, "password": PASSWORD})
    client.post(ends, {"code": code_now()})
    assert "_auth_user_id" not in client.session


def test_a_session_forged_for_the_other_backend_is_nobodys():
    for user, backend in (
        (patient(ADDRESS), "sasportal.accounts.adapter.LocalBackend"),
        (local_professional(PROFESSIONAL), "sasportal.accounts.patients.adapter.PatientBackend"),
    ):
        client = Client()
        client.force_login(user, backend=backend)
        assert (client.get("/compte/").status_code, client.get("/patient/compte/").status_code) == (302, 302)


def test_the_sign_in_of_a_professional_ends_the_session_of_the_patient_in_that_browser():
    client = patients_session()
    before = client.session.session_key
    client.post("/deconnexion/")
    with_totp(local_professional(PROFESSIONAL))
    client.post("/connexion/", {"login": PROFESSIONAL, "password": PASSWORD})
    client.post("/comptes/2fa/authenticate/", {"code": code_now()})
    assert (client.session.session_key != before, client.get("/patient/compte/").status_code) == (True, 403)


def test_a_signed_in_patient_is_led_away_from_the_professionals_door():
    answer = patients_session().get("/connexion/", follow=True)
    assert answer.status_code == 403


def test_a_forgotten_password_writes_on_its_own_side_only(mailoutbox):
    patient(ADDRESS)
    Client().post("/comptes/mot-de-passe/oublie/", {"email": ADDRESS})
    assert mailoutbox == []


def test_a_role_in_the_table_makes_no_professional_of_a_patient():
    user = patient(ADDRESS)
    user.grants.create(role=Role.ADMIN)
    assert has_role(user, Role.ADMIN) is False


def test_the_side_is_that_of_the_address():
    asked = {
        path: kind_of_side(RequestFactory().get(path))
        for path in ("/patient/compte/", "/patient", "/compte/", "/patients/")
    }
    assert asked == {
        "/patient/compte/": UserKind.PATIENT,
        "/patient": UserKind.PROFESSIONAL,
        "/compte/": UserKind.PROFESSIONAL,
        "/patients/": UserKind.PROFESSIONAL,
    }


def test_the_librarys_names_lead_to_their_own_side():
    assert reverse("account_login") == "/comptes/connexion/"
    assert reverse("account_login", urlconf=PATIENTS_URLCONF) == "/patient/connexion"
    assert reverse("accounts:patient:login") == reverse("accounts:patient:login", urlconf=PATIENTS_URLCONF)


def guarded_by(guard, user, session=None):
    """Call a view behind `guard` as this person; return the status and where it leads."""
    request = RequestFactory().get("/patient/rendez-vous/?de=lou")
    request.user, request.session = user, session if session is not None else {}
    answer = guard(lambda request: HttpResponse("ok"))(request)
    return answer.status_code, answer.headers.get("Location")


def test_what_other_pages_are_guarded_with():
    client = patients_session()
    user, session = User.objects.get(), client.session
    asked = "next=%2Fpatient%2Frendez-vous%2F%3Fde%3Dlou"
    assert guarded_by(patient_required, user, session) == (200, None)
    assert guarded_by(second_factor_required, user, session) == (302, f"/patient/compte/second-facteur?{asked}")
    session["sas_second_factor_set"] = True
    assert guarded_by(second_factor_required, user, session) == (200, None)
    assert guarded_by(patient_required, professional())[0] == 403
    assert guarded_by(second_factor_required, professional())[0] == 403
