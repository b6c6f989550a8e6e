"""Pages of a regulator, and real editors over HTTP behind them (the browser itself: tests/chromium.py)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from sasportal.accounts.models import Role, User
from tests.accounts.people import professional
from tests.agenda.editors import TestEditor
from tests.live import Live


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def regulator(live_portal: Live) -> User:
    return professional("899700000013", Role.REGULATOR)


@pytest.fixture
def page(context_of: Callable[..., BrowserContext], regulator: User) -> Page:
    return context_of(regulator, viewport={"width": 1440, "height": 900}).new_page()


@pytest.fixture
def plain_page(context_of: Callable[..., BrowserContext], regulator: User) -> Page:
    """Without JavaScript."""
    return context_of(regulator, viewport={"width": 1280, "height": 900}, java_script_enabled=False).new_page()


@pytest.fixture
def alpha() -> Iterator[TestEditor]:
    with TestEditor() as editor:
        yield editor


@pytest.fixture
def beta() -> Iterator[TestEditor]:
    with TestEditor() as editor:
        yield editor
