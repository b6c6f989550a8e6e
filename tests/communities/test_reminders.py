"""Managers are asked to vouch for their profile: when it is due, at most once a month, whatever the job's luck."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from directory.communities.profile import Said, confirm_profile, read_profile
from directory.communities.reminders import remind
from directory.models import EffectorSettings, Structure, StructureProfile
from sasportal.accounts import grants
from sasportal.accounts.models import RoleGrant, User
from sasportal.outbox.models import Delivery
from tests.communities import cast


@pytest.fixture
def written(sacha: User) -> User:
    """Sacha can be written to."""
    return cast.with_email(sacha, "sacha@cpts.example")


def now() -> int:
    return remind(now=timezone.now())


def test_one_reminder_a_month_until_somebody_confirms(written: User, monday: Any) -> None:
    assert (now(), now()) == (1, 0)
    monday.shift(timedelta(days=29))
    assert now() == 0
    monday.shift(timedelta(days=1))
    assert (now(), now()) == (1, 0)
    confirm_profile(actor=written, code=cast.AGENAIS, seen=read_profile(cast.AGENAIS).said.fingerprint)
    monday.shift(timedelta(days=89))
    assert now() == 0
    monday.shift(timedelta(days=200))  # and the job did not run in between
    assert (now(), now()) == (1, 0)
    assert [one.payload for one in Delivery.objects.all()] == [
        {"structure": cast.AGENAIS, "manager": str(written.technical_id)}
    ] * 3


def test_every_manager_of_every_structure_is_written_to_once(written: User) -> None:
    other = cast.with_email(cast.person("899700000096"), "autre@cpts.example")
    for finess in (cast.AGENAIS, cast.REMPARTS):
        RoleGrant.objects.create(user=other, role="structure_manager", finess=finess)
        RoleGrant.objects.create(user=other, role="structure_manager", finess=finess)  # given twice
    assert (now(), now()) == (3, 0)


def test_who_cannot_be_written_to_leaves_no_mark(sacha: User) -> None:
    assert now() == 0
    assert StructureProfile.objects.filter(reminded_at__isnull=False).count() == 0
    EffectorSettings.objects.create(national_id=sacha.national_id, notice_email="sacha@cabinet.example")
    assert now() == 1


@pytest.mark.parametrize("gone", ["right", "structure", "account"])
def test_nobody_is_written_to_about_what_is_over(written: User, gone: str) -> None:
    match gone:
        case "right":
            grants.revoke(actor="system", given=RoleGrant.objects.get())
        case "structure":
            Structure.objects.filter(finess=cast.AGENAIS).update(closed_at=timezone.now())
        case "account":
            grants.suspend(actor="system", user=written)
    assert now() == 0


def test_a_profile_confirmed_lately_is_left_alone(written: User) -> None:
    confirm_profile(actor=written, code=cast.AGENAIS, seen=Said().fingerprint)
    assert now() == 0
