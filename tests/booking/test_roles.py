"""Who may open which page of orientations: every role against every address."""

import pytest
from django.test import Client

from sasportal.accounts.models import Role
from tests.accounts.people import patient, professional, signed_in_by_psc
from tests.booking.cast import editor, orientation

pytestmark = pytest.mark.django_db
PAGES = [
    ("get", "", 200),
    ("get", "lignes", 200),
    ("get", "export.csv", 200),
    ("get", "panneau?slot=k", 200),
    ("get", "choisir", 302),
    ("post", "choisir", 400),
    ("get", "{own}/", 200),
    ("post", "{own}/annuler", 302),
    ("post", "{own}/confirmer", 302),
]


def call(client: Client, method: str, path: str, own: object) -> int:
    return getattr(client, method)("/sas/orientations/" + path.format(own=own)).status_code


@pytest.mark.parametrize(("method", "path", "status"), PAGES)
def test_a_regulator_opens_his_own(method, path, status) -> None:
    user = professional("899700000013", Role.REGULATOR)
    assert call(signed_in_by_psc(user), method, path, orientation(user, editor()).pk) == status


@pytest.mark.parametrize(("method", "path", "status"), PAGES)
@pytest.mark.parametrize("role", [*(role for role in Role if role is not Role.REGULATOR), None])
def test_no_other_role_does(role, method, path, status) -> None:
    user = professional("899700000013", *([role] if role else []))
    assert call(signed_in_by_psc(user), method, path, orientation(user, editor()).pk) == 403


@pytest.mark.parametrize(("method", "path", "status"), PAGES)
def test_a_visitor_signs_in_first(method, path, status) -> None:
    own = orientation(professional("899700000013", Role.REGULATOR), editor()).pk
    response = getattr(Client(), method)("/sas/orientations/" + path.format(own=own))
    assert (response.status_code, response["Location"].startswith("/connexion/?next=")) == (302, True)


@pytest.mark.parametrize(("method", "path", "status"), PAGES)
def test_a_patient_never_does(method, path, status) -> None:
    client = Client()
    client.force_login(patient(), backend="allauth.account.auth_backends.AuthenticationBackend")
    own = orientation(professional("899700000013", Role.REGULATOR), editor()).pk
    assert call(client, method, path, own) in {302, 403}


def test_forms_of_other_sites_are_refused() -> None:
    user = professional("899700000013", Role.REGULATOR)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="sasportal.accounts.psc.ProSanteConnectBackend")
    own = orientation(user, editor()).pk
    for path in ("choisir", f"{own}/annuler", f"{own}/confirmer"):
        assert client.post(f"/sas/orientations/{path}").status_code == 403
