from pathlib import Path

import pytest

from tests.sandbox_editors.conftest import make_config, own_world, people

__all__ = ["make_config", "own_world", "people"]

GUIDE = Path(__file__).resolve().parents[3] / "shared" / "spec" / "ig-sas-1.1.0" / "example"


@pytest.fixture
def guide_examples() -> Path:
    if not GUIDE.is_dir():
        pytest.skip("the guide's package is not beside this clone")
    return GUIDE
