from collections.abc import Iterator

import pytest
import time_machine

from sasportal.accounts.models import User
from tests.communities import cast


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    """It is Monday 16 November 2026, 9 h in Agen."""
    with time_machine.travel(cast.MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def structures(db: None) -> None:
    cast.structures()


@pytest.fixture
def sacha(structures: None, monday: time_machine.Traveller) -> User:
    """The manager of the CPTS de l'Agenais, on that Monday."""
    return cast.manager()
