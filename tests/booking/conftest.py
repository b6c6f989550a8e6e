from pathlib import Path

import pytest
from django.conf import settings

from tests.sandbox_editors.conftest import make_config, own_world, people

__all__ = ["make_config", "own_world", "people"]

GUIDE = Path(__file__).resolve().parents[3] / "shared" / "spec" / "ig-sas-1.1.0" / "example"


@pytest.fixture
def guide_examples() -> Path:
    if not GUIDE.is_dir():
        pytest.skip("the guide's package is not beside this clone")
    return GUIDE


@pytest.fixture(scope="session")
def live_settings() -> dict[str, str]:
    """Sessions opened by the tests hold in the live portal: it signs with the same key."""
    return {"SECRET_KEY": settings.SECRET_KEY}
