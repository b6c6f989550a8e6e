"""Signing in with Pro Santé Connect makes an effector of whom the directory knows, once."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from directory.effectors.recognition import recognise
from directory.models import Practitioner
from sasportal.accounts import grants
from sasportal.accounts.models import Role, RoleGrant, User
from sasportal.audit.models import Entry
from tests.accounts import rogue as rogue_module
from tests.accounts.conftest import point_portal_at
from tests.accounts.people import local_professional, professional
from tests.accounts.rogue import NATIONAL_ID, Rogue, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings) -> Iterator[Rogue]:
    with rogue_module.running() as started:
        point_portal_at(settings, issuer=started.issuer, authorization="http://127.0.0.1:9/auth")
        yield started


@pytest.fixture
def known() -> Practitioner:
    return Practitioner.objects.create(national_id=NATIONAL_ID, family_name="TENUE", profession="10")


def roles() -> list[tuple[str, str]]:
    return list(RoleGrant.objects.values_list("user__national_id", "role"))


def test_at_the_first_sign_in(provider: Rogue, known: Practitioner) -> None:
    for _ in range(2):
        sign_in(Client(), provider)
        provider.nonce = ""
    assert roles() == [(NATIONAL_ID, "effector")]
    given = Entry.objects.get(action="role_granted")
    assert (given.actor, given.detail["role"]) == ("system", "effector")


def test_who_is_not_in_the_directory_gets_nothing(provider: Rogue) -> None:
    sign_in(Client(), provider)
    assert (User.objects.count(), roles()) == (1, [])


def test_who_left_the_directory_gets_nothing(known: Practitioner) -> None:
    Practitioner.objects.update(closed_at=timezone.now())
    recognise(professional(NATIONAL_ID))
    assert roles() == []


def test_a_role_that_was_ended_stays_ended(known: Practitioner) -> None:
    user = professional(NATIONAL_ID)
    recognise(user)
    grants.revoke(actor="system", given=RoleGrant.objects.get())
    recognise(user)
    assert RoleGrant.objects.filter(user=user, ends_at=None).count() == 0


def test_other_rights_do_not_stand_in_the_way(known: Practitioner) -> None:
    recognise(professional(NATIONAL_ID, Role.REGULATOR))
    assert sorted(roles()) == [(NATIONAL_ID, "effector"), (NATIONAL_ID, "regulator")]


def test_a_local_account_is_nobody_of_the_directory(known: Practitioner) -> None:
    recognise(local_professional())
    assert roles() == []
