"""What the portal holds of a patient: read, taken away, erased; and shut to everybody else."""

import json
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.test import Client

from sasportal.accounts.models import Role, User
from sasportal.audit import trail
from sasportal.audit.models import Entry
from tests.accounts.people import patient, professional, signed_in_by_psc, with_totp
from tests.patients_accounts.cast import ADDRESS, is_in, prove_code, sign_in

pytestmark = pytest.mark.django_db

MARKS: list[str] = []


def bookings_exported(*, user: User) -> dict:
    """Stands for another app: what it holds of the person."""
    return {"rendez_vous": [{"de": str(user.technical_id)}]}


def bookings_erased(*, user: User) -> None:
    MARKS.append(str(user.technical_id))


def failing(*, user: User) -> None:
    raise RuntimeError


def signed_in(*, strongly: bool = True) -> Client:
    user = patient(ADDRESS)
    client = Client()
    if strongly:
        with_totp(user)
    sign_in(client)
    if strongly:
        prove_code(client)
    return client


def aged(client: Client) -> None:
    """Let the proof of who this is be six minutes old."""
    session = client.session
    session["account_authentication_methods"] = [
        record | {"at": time.time() - 360} for record in session["account_authentication_methods"]
    ]
    session.save()


def test_the_export_gathers_what_each_app_holds(settings):
    settings.PATIENT_EXPORTERS = [f"{__name__}.bookings_exported"]
    client = signed_in()
    answer = client.get("/patient/compte/mes-donnees.json")
    found, user = json.loads(answer.content), User.objects.get()
    assert set(found) == {"produit_le", "compte", "appareils", "historique", "rendez_vous"}
    assert found["compte"] | {"cree_le": "", "derniere_connexion": ""} == {
        "identifiant": str(user.technical_id), "adresse_electronique": ADDRESS, "adresse_confirmee": True,
        "franceconnect": [], "seconds_facteurs": ["totp"], "cree_le": "", "derniere_connexion": "",
    }  # fmt: skip
    assert [line["quoi"] for line in found["historique"]] == ["Connexion"]
    assert (answer["Content-Disposition"], answer["Cache-Control"]) == (
        'attachment; filename="mes-donnees.json"',
        "no-store",
    )
    assert Entry.objects.latest("id").action == "data_exported"


def test_the_export_asks_for_a_second_factor():
    client = signed_in(strongly=False)
    answer = client.get("/patient/compte/mes-donnees.json")
    assert answer["Location"] == "/patient/compte/second-facteur?next=%2Fpatient%2Fcompte%2Fmes-donnees.json"


def test_erasing_asks_once_more_then_leaves_the_trail_only(settings):
    settings.PATIENT_ERASERS = [f"{__name__}.bookings_erased"]
    MARKS.clear()
    client, elsewhere = signed_in(), Client()
    technical_id = str(User.objects.get().technical_id)
    assert client.post("/patient/compte/supprimer", {}).status_code == 422
    assert User.objects.count() == 1
    assert client.post("/patient/compte/supprimer", {"sure": "on"})["Location"] == "/patient/au-revoir"
    assert "Votre compte est supprimé" in client.get("/patient/au-revoir").content.decode()
    left = [model.objects.count() for model in (User, EmailAddress, Authenticator, UserSession)]
    assert (left, MARKS, is_in(client)) == ([0, 0, 0, 0], [technical_id], False)
    entry = Entry.objects.latest("id")
    assert (entry.actor, entry.action, entry.detail) == (technical_id, "account_erased", {})
    assert "incorrects" in sign_in(elsewhere).content.decode()


def test_erasing_closes_the_sessions_elsewhere():
    client, elsewhere = signed_in(strongly=False), Client()
    sign_in(elsewhere)
    client.post("/patient/compte/supprimer", {"sure": "on"})
    assert is_in(elsewhere) is False


def test_an_app_that_fails_keeps_the_account_whole(settings):
    settings.PATIENT_ERASERS = [f"{__name__}.failing"]
    client = signed_in(strongly=False)
    with pytest.raises(RuntimeError):
        client.post("/patient/compte/supprimer", {"sure": "on"})
    assert (User.objects.count(), is_in(client)) == (1, True)


def test_erasing_asks_who_it_is_after_a_while():
    client = signed_in(strongly=False)
    aged(client)
    answer = client.post("/patient/compte/supprimer", {"sure": "on"})
    assert answer["Location"].startswith("/patient/compte/confirmer-identite/")
    assert User.objects.count() == 1


def test_the_history_says_what_was_done_and_by_whom():
    client = signed_in(strongly=False)
    user = User.objects.get()
    trail.record(actor=professional(), action="patient_data_read", target=str(user.technical_id))
    trail.record(actor="system", action="sign_in", target="somebody else")
    page = " ".join(client.get("/patient/compte/historique").content.decode().split())
    assert ("Autre acte (par quelqu’un d’autre)" in page, page.count(": Connexion")) == (True, 1)


def test_long_histories_come_page_by_page():
    client = signed_in(strongly=False)
    user = User.objects.get()
    for _ in range(30):
        trail.record(actor=user, action="sign_out")
    counts = [
        client.get(f"/patient/compte/historique?page={page}").content.decode().count(": ") for page in (1, 2, "x")
    ]
    assert (counts[0] > counts[1], counts[2] == counts[0]) == (True, True)


def test_administrators_see_nothing_of_patients():
    user = patient(ADDRESS)
    client = signed_in_by_psc(professional("899700000021", Role.ADMIN))
    page = client.get("/admin/accounts/user/").content.decode()
    assert (str(user.technical_id) in page, ADDRESS in page) == (False, False)
    assert client.get(f"/admin/accounts/user/{user.pk}/change/").status_code == 302
    shut = {model._meta.app_label for model in admin.site._registry} & {
        "account",
        "mfa",
        "socialaccount",
        "usersessions",
    }
    assert shut == set()
