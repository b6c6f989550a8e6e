import pytest
from django.test import Client

from sasportal.accounts.models import Role
from tests.accounts.people import code_now, local_professional, sign_in_locally, with_totp

pytestmark = pytest.mark.django_db


def test_password_and_code_open_the_portal():
    with_totp(local_professional("garde@samu.example", Role.REGULATOR))
    client = Client()
    first = sign_in_locally(client, "garde@samu.example")
    assert (first.status_code, first["Location"]) == (302, "/comptes/2fa/authenticate/")
    second = client.post("/comptes/2fa/authenticate/", {"code": code_now()})
    assert (second.status_code, second["Location"]) == (302, "/")
    assert client.get("/compte/").status_code == 200


def test_the_sign_in_page_is_shown():
    assert Client().get("/connexion/").status_code == 200
