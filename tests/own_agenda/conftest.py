from collections.abc import Iterator

import pytest
import time_machine

from sasportal.accounts.models import User
from tests.own_agenda import cast


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    """It is Monday 16 November 2026, 9 h in Agen."""
    with time_machine.travel(cast.MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def anne(db, monday: time_machine.Traveller) -> User:
    """The practitioner herself, with her two places in Agen."""
    cast.practitioner()
    return cast.effector()
