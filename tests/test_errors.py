"""The pages of errors: each side's own look, a way home, and nothing needed that may be broken."""

import pytest
from django.db import DatabaseError
from django.test import Client, RequestFactory

from sasportal.errors import server_error
from tests.accounts.people import patient
from tests.patient_booking.cast import browser

PROFESSIONALS, PATIENTS = "Portail de régulation", "Prendre rendez-vous"
SIDES = [("/", PROFESSIONALS), ("/patient/", PATIENTS)]


@pytest.mark.parametrize(("side", "name"), SIDES)
@pytest.mark.django_db
def test_an_unknown_address(side: str, name: str) -> None:
    client = browser(patient()) if name == PATIENTS else Client()
    answer = client.get(f"{side}nulle-part/du-tout")
    page = answer.content.decode()
    assert (answer.status_code, name in page, f'href="{side}">Revenir à l’accueil' in page) == (404, True, True)


@pytest.mark.parametrize(("side", "name"), SIDES)
@pytest.mark.django_db
def test_a_form_of_another_session(side: str, name: str) -> None:
    address = "/connexion/" if name == PROFESSIONALS else "/patient/connexion"
    answer = Client(enforce_csrf_checks=True).post(address, {})
    page = answer.content.decode()
    assert (answer.status_code, name in page, f'href="{side}">Revenir à l’accueil' in page) == (403, True, True)


@pytest.mark.parametrize(("side", "name"), SIDES)
def test_an_error_nobody_foresaw_without_any_database(side: str, name: str, monkeypatch) -> None:
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", refuse)
    answer = server_error(RequestFactory().get(f"{side}recherche"))
    page = answer.content.decode()
    assert (answer.status_code, name in page, f'href="{side}">Revenir à l’accueil' in page) == (500, True, True)


def refuse(*_: object, **__: object) -> None:
    raise DatabaseError
