from collections.abc import Iterator

import pytest
import time_machine

from directory.delegations import principals
from directory.delegations.principals import Principal
from sasportal.accounts.models import Role, User
from tests.communities import cast


@pytest.fixture
def monday(db: None) -> Iterator[time_machine.Traveller]:
    """It is Monday 16 November 2026, 9 h in Agen; structures and the two practitioners are there."""
    with time_machine.travel(cast.MONDAY, tick=False) as clock:
        cast.structures()
        cast.practitioner(1, family="TENUE", given="Anne")
        cast.practitioner(2, family="LARIVE", given="Bruno")
        yield clock


@pytest.fixture
def anne(monday: time_machine.Traveller) -> User:
    return cast.person(cast.rpps(1), Role.EFFECTOR, name=("Anne", "Tenue"))


@pytest.fixture
def dana(monday: time_machine.Traveller) -> User:
    """A secretary, without any right yet."""
    return cast.person("3990000001/SEC0001", name=("Dana", "Secrétaire"))


@pytest.fixture
def of_anne(anne: User) -> Principal:
    return principals.practitioner(actor=anne, national_id=cast.rpps(1))
