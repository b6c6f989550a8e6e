"""Administrators look at these rows in the administration, and change them on the pages that check and trace."""

import pytest
from django.test import Client

from directory.models import Invitation
from directory.participation.invitations import invite
from sasportal.accounts.models import User
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast
from tests.communities.test_imports import opened

MODELS = ["structureprofile", "cptscommune", "invitation", "memberimport", "delegationrequest"]


@pytest.fixture
def browser(sacha: User) -> Client:
    cast.practitioner(1)
    invite(actor=sacha, structure=cast.AGENAIS, national_id=cast.rpps(1))
    opened(sacha, cast.bare(1))
    return signed_in_by_psc(cast.admin())


@pytest.mark.parametrize("model", MODELS)
def test_lists_are_shown_and_nothing_is_added(browser: Client, model: str) -> None:
    assert browser.get(f"/admin/directory/{model}/", {"q": cast.AGENAIS}).status_code == 200
    assert browser.get(f"/admin/directory/{model}/add/").status_code == 403


def test_a_row_is_shown_and_not_changed(browser: Client) -> None:
    address = f"/admin/directory/invitation/{Invitation.objects.get().pk}/change/"
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"state": "accepted"}).status_code == 403
