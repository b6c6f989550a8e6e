"""What is wanted of each regulator, and where he stands at each editor, as the database works it out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from agenda.accounts.models import EditorAccount
from agenda.accounts.states import AccountState, Standing, described, takers, with_wanted
from agenda.models import EditorState, Flow
from sasportal.accounts import grants
from sasportal.accounts.models import Role, RoleGrant, User
from tests.accounts import cast
from tests.editor_accounts.cast import EMAIL, known, regulator, standing, state, taker, technical

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


def wanted_of(user: User) -> AccountState:
    account, _ = EditorAccount.objects.get_or_create(user=user, editor=takers().first() or taker())
    found = with_wanted(described(EditorAccount.objects.filter(pk=account.pk), timezone.now())).get()
    return AccountState.of(found.wanted)


def test_a_card_holder_is_named_by_his_national_identifier() -> None:
    assert wanted_of(regulator()) == state()


def test_a_card_holder_is_written_to_at_his_contact_address() -> None:
    user = regulator(email="")
    assert wanted_of(user).is_complete is False
    grants.set_contact(actor="system", user=user, contact_email=EMAIL)
    assert wanted_of(user) == state()


def test_a_local_account_is_named_by_its_technical_identifier() -> None:
    user = regulator("garde@samu47.example")
    assert wanted_of(user) == technical(user, email="garde@samu47.example")


def test_who_holds_no_right_any_more_is_not_active() -> None:
    user = regulator()
    grants.revoke(actor="system", given=user.grants.get())
    assert wanted_of(user) == state(active=False)


def test_other_rights_do_not_keep_an_account_open() -> None:
    user = regulator()
    grants.grant(actor="system", user=user, role=Role.EFFECTOR)
    grants.revoke(actor="system", given=user.grants.get(role=Role.REGULATOR))
    assert wanted_of(user).active is False


def test_one_right_of_two_is_enough() -> None:
    user = regulator()
    cast.regulator(territory_of=cast.GIRONDE)
    grants.revoke(actor="system", given=user.grants.first())
    assert wanted_of(user).active is True


def test_a_suspended_account_is_not_active() -> None:
    user = regulator()
    grants.suspend(actor="system", user=user)
    assert wanted_of(user).active is False
    grants.reopen(actor="system", user=user)
    assert wanted_of(user).active is True


def test_a_right_holds_between_its_dates() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        user = regulator()
        RoleGrant.objects.update(starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=2))
        seen = []
        for _ in range(3):
            seen.append(wanted_of(user).active)
            clock.shift(timedelta(days=1))
    assert seen == [False, True, False]


HERE, GONE = state().as_json(), state(active=False).as_json()


@pytest.mark.parametrize(
    ("fields", "there"),
    [
        ({}, Standing.PENDING),
        ({"known": HERE}, Standing.IN_STEP),
        ({"known": HERE, "uncertain": [HERE]}, Standing.PENDING),
        ({"known": HERE | {"email": "autre@samu47.example"}}, Standing.PENDING),
        ({"known": GONE}, Standing.PENDING),
        ({"refused": HERE}, Standing.FAILED),
        ({"known": GONE, "refused": HERE}, Standing.FAILED),
        ({"refused": HERE | {"family": "Avant"}}, Standing.PENDING),
        ({"known": HERE, "refused": HERE}, Standing.IN_STEP),
    ],
)
def test_where_a_regulator_stands(fields: dict[str, Any], there: Standing) -> None:
    user, editor = regulator(), taker()
    known(user, editor, **fields)
    assert standing(user, editor) == there


@pytest.mark.parametrize(
    ("fields", "there"),
    [
        ({}, Standing.NOTHING),
        ({"known": GONE}, Standing.IN_STEP),
        ({"known": GONE | {"family": "Avant"}}, Standing.IN_STEP),
        ({"known": HERE}, Standing.PENDING),
        ({"uncertain": [HERE]}, Standing.PENDING),
        ({"known": HERE, "refused": GONE}, Standing.FAILED),
    ],
)
def test_where_somebody_who_regulates_no_more_stands(fields: dict[str, Any], there: Standing) -> None:
    user, editor = regulator(), taker()
    grants.suspend(actor="system", user=user)
    known(user, editor, **fields)
    assert standing(user, editor) == there


@pytest.mark.parametrize("lacking", ["email", "last_name", "first_name"])
def test_what_the_profile_requires_and_the_account_lacks_cannot_be_sent(lacking: str) -> None:
    user, editor = regulator(), taker()
    User.objects.update(**{lacking: ""})
    known(user, editor)
    assert standing(user, editor) == Standing.INCOMPLETE
    assert wanted_of(user).is_complete is False
    grants.suspend(actor="system", user=user)
    assert standing(user, editor) == Standing.NOTHING


def test_editors_say_whether_they_take_accounts() -> None:
    taker()
    taker(name="Coupé", state=EditorState.OFF)
    taker(name="Sans", flows=[Flow.R01])
    assert [one.name for one in takers()] == ["Alpha", "Coupé"]
