"""Who may open which page: everybody else is refused, signed-out people are sent to sign in."""

import uuid

import pytest
from django.test import Client

from sasportal.accounts.models import Role
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda_pages.territory import CPTS, community

pytestmark = pytest.mark.django_db

NOBODYS = uuid.UUID(int=7)
SEARCH_PAGES = ["/sas/recherche", f"/sas/cpts/{CPTS}"]
PARTS = [f"/sas/recherche/{NOBODYS}/fiches", f"/sas/recherche/{NOBODYS}/flux"]
WHY = f"/sas/recherche/{NOBODYS}/pourquoi/899700000001"
PUBLIC = ["/mentions-legales", "/donnees-personnelles", "/accessibilite"]


def statuses(client: Client, addresses: list[str]) -> list[int]:
    return [client.get(address).status_code for address in addresses]


@pytest.mark.parametrize(
    ("role", "pages", "parts", "why"),
    [
        (Role.REGULATOR, 200, 404, 403),
        (Role.ADMIN, 200, 404, 404),
        (Role.ACCOUNT_MANAGER, 403, 403, 403),
        (Role.EFFECTOR, 403, 404, 403),  # parts of a search of his own: what the 15 sees of him
        (Role.DELEGATE, 403, 404, 403),
        (Role.STRUCTURE_MANAGER, 403, 403, 403),
        (None, 403, 403, 403),
    ],
)
def test_each_role_opens_its_own_pages_only(role: Role | None, pages: int, parts: int, why: int, valkey) -> None:
    community()
    client = signed_in_by_psc(professional("899700000013", *([role] if role else [])))
    assert statuses(client, SEARCH_PAGES) == [pages] * 2
    assert statuses(client, PARTS) == [parts] * 2
    assert statuses(client, [WHY]) == [why]
    retry = client.post(f"/sas/recherche/{NOBODYS}/reessayer", {"editeur": "1"})
    assert retry.status_code == parts


def test_signed_out_people_are_sent_to_sign_in(valkey) -> None:
    answers = [Client().get(address) for address in [*SEARCH_PAGES, *PARTS, WHY]]
    assert [(one.status_code, one.headers["Location"][:12]) for one in answers] == [(302, "/connexion/?")] * 5


def test_legal_pages_are_open_to_everybody(valkey) -> None:
    assert statuses(Client(), PUBLIC) == [200] * 3


def test_a_retry_needs_its_token(valkey) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        professional("899700000013", Role.REGULATOR), backend="sasportal.accounts.psc.ProSanteConnectBackend"
    )
    answer = client.post(f"/sas/recherche/{NOBODYS}/reessayer", {"editeur": "1"})
    assert answer.status_code == 403
    assert "La page d’où part cette demande n’est plus valable." in answer.content.decode()


def test_unknown_addresses_get_a_page_of_ours(valkey) -> None:
    page = Client().get("/nulle-part")
    assert page.status_code == 404
    assert "Cette adresse ne mène à aucune page." in page.content.decode()
