from collections.abc import Iterator

import pytest

from directory.models import Structure
from sasportal.accounts.models import Role, User
from tests.accounts.people import professional
from tests.agenda.cast import LILAS, MESURE
from tests.agenda.editors import TestEditor
from tests.booking import own_cast as cast


@pytest.fixture
def anne(db, valkey) -> User:
    """Anne TENUE, who has declared nothing, with two CPTS around."""
    cast.anne(takes_part=False)
    for finess, name in ((LILAS, "CPTS des Lilas"), (MESURE, "CPTS de la Mesure")):
        Structure.objects.create(
            finess=finess, category="604", name=name, search_name=name.lower(), city="Agen", postal_code="47000"
        )
    return professional(cast.ANNE, Role.EFFECTOR)


@pytest.fixture
def alpha() -> Iterator[TestEditor]:
    with TestEditor() as editor:
        yield editor
