"""Answering an invitation: its effect first, then accepted or refused; once, and by who may."""

import pytest
from django.test import Client

from directory.models import Invitation, Participation
from directory.participation.invitations import invite, withdraw
from sasportal.accounts import grants
from sasportal.accounts.models import Role, User
from tests.accounts.people import signed_in_by_psc
from tests.agenda.cast import LILAS, MESURE
from tests.agenda_pages.pages import text_of
from tests.booking import own_cast as cast

pytestmark = pytest.mark.django_db
BASE = f"/effecteur/{cast.ANNE}/participation/"


@pytest.fixture
def client(anne: User) -> Client:
    return signed_in_by_psc(anne)


@pytest.fixture
def manager(anne: User) -> User:
    user = grants.professional(actor="system", identifier="899700000555")
    grants.grant(actor="system", user=user, role=Role.STRUCTURE_MANAGER, finess=LILAS)
    return user


@pytest.fixture
def invitation(manager: User) -> Invitation:
    return invite(actor=manager, structure=LILAS, national_id=cast.ANNE)


def answer_to(invitation: Invitation, **more: str) -> dict[str, str]:
    return {"via": "cpts", "structure": LILAS, "ou": "partout", "invitation": str(invitation.pk)} | more


def test_it_is_announced_and_leads_to_a_form_with_its_structure(client: Client, invitation: Invitation) -> None:
    page = text_of(client.get(BASE))
    assert "CPTS des Lilas vous invite à participer par elle" in page
    form = client.get(f"{BASE}changer/", {"invitation": invitation.pk}).content.decode()
    assert "Participer par CPTS des Lilas" in form
    assert f'<input type="hidden" name="structure" value="{LILAS}"' in form


def test_its_effect_is_shown_before_it_is_accepted(client: Client, invitation: Invitation) -> None:
    cast.offered(types=["CPTS"])
    seen = client.get(f"{BASE}apercu/", answer_to(invitation), follow=True)
    assert "Apparaîtraient : 1" in text_of(seen)
    assert "Accepter l’invitation" in text_of(seen)
    assert Participation.objects.count() == 0
    client.post(f"{BASE}declarer", answer_to(invitation))
    invitation.refresh_from_db()
    row = Participation.objects.get()
    assert (invitation.state, row.via, row.structure) == ("accepted", "cpts", LILAS)
    assert "vous invite" not in text_of(client.get(BASE))


def test_accepted_twice_it_is_declared_once(client: Client, invitation: Invitation) -> None:
    client.post(f"{BASE}declarer", answer_to(invitation))
    again = client.post(f"{BASE}declarer", answer_to(invitation))
    assert (again.status_code, "Cette invitation n’est plus ouverte" in text_of(again)) == (422, True)
    assert Participation.objects.count() == 1


def test_it_cannot_be_accepted_for_another_structure(client: Client, invitation: Invitation) -> None:
    other = client.post(f"{BASE}declarer", answer_to(invitation, structure=MESURE))
    assert other.status_code == 422
    assert Participation.objects.count() == 0


def test_refused_nothing_else_changes(client: Client, invitation: Invitation) -> None:
    client.post(f"{BASE}refuser", {"invitation": invitation.pk})
    invitation.refresh_from_db()
    assert (invitation.state, Participation.objects.count()) == ("declined", 0)


def test_withdrawn_meanwhile_it_says_so(client: Client, invitation: Invitation, manager: User) -> None:
    withdraw(actor=manager, invitation=invitation)
    late = client.post(f"{BASE}declarer", answer_to(invitation))
    assert "Cette invitation n’est plus ouverte" in text_of(late)


@pytest.mark.parametrize("number", ["x", "00000000-0000-0000-0000-000000000007"])
def test_an_invitation_that_is_not_his_does_not_exist(client: Client, number: str) -> None:
    assert client.get(f"{BASE}changer/", {"invitation": number}).status_code == 404
    assert client.post(f"{BASE}declarer", {"via": "individual", "invitation": number}).status_code == 404
    assert client.post(f"{BASE}refuser", {"invitation": number}).status_code == 404


@pytest.mark.parametrize(("scopes", "status"), [(["declaration"], 302), (["agenda", "settings"], 403)])
def test_a_delegate_answers_only_where_he_may(invitation: Invitation, scopes: list[str], status: int) -> None:
    user = grants.professional(actor="system", identifier="899700000777")
    grants.grant(actor="system", user=user, role=Role.DELEGATE, national_id=cast.ANNE, scopes=scopes)
    assert signed_in_by_psc(user).post(f"{BASE}declarer", answer_to(invitation)).status_code == status


def test_the_history_says_who_declared_what(client: Client, invitation: Invitation) -> None:
    client.post(f"{BASE}declarer", answer_to(invitation))
    page = text_of(client.get(BASE))
    assert "Historique (1)" in page
    assert "par Camille Régulier" in page
