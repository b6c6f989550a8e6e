from collections.abc import Iterator

import pytest

from tests.sandbox_psc import provider as sandbox


@pytest.fixture(scope="session")
def provider() -> Iterator[sandbox.Provider]:
    with sandbox.running() as started:
        yield started
