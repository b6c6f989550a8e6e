"""Fixtures of the agenda's tests."""

from collections.abc import Iterator

import pytest

from agenda.loops import stop_editor_loop
from tests.agenda.editors import TestEditor


@pytest.fixture
def editor() -> Iterator[TestEditor]:
    with TestEditor() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_loop_left() -> Iterator[None]:
    yield
    stop_editor_loop()
