"""A real Chromium in front of the live portal, with real editors over HTTP behind it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from sasportal.accounts.models import Role, User
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda.editors import TestEditor
from tests.live import Live

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def live_settings() -> dict[str, str]:
    """Sessions opened by the tests hold in the live portal: it signs with the same key."""
    return {"SECRET_KEY": settings.SECRET_KEY}


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("No Chromium on this machine: pages were not tried in a browser.")
    browser = playwright_driver.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def regulator(live_portal: Live) -> User:
    return professional("899700000013", Role.REGULATOR)


@pytest.fixture
def context_of(chromium: Browser, live_portal: Live) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser context signed in as somebody; every script error fails the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_for(user: User | None, **options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=live_portal.url, locale="fr-FR", **options)
        context.route("https://data.geopf.fr/**", lambda route: route.abort())
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("console", lambda said: errors.append(said.text) if is_fault(said) else None)
        if user is not None:
            session = signed_in_by_psc(user).cookies["sas_session"].value
            context.add_cookies([{"name": "sas_session", "value": session, "url": live_portal.url}])
        opened.append(context)
        return context

    yield open_for
    for context in opened:
        context.close()
    assert errors == []


def is_fault(said: Any) -> bool:
    """A refusal by the content security policy; failed loads are the server's answers, tested elsewhere."""
    return said.type == "error" and "Content Security Policy" in said.text


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


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """Serious and critical findings of axe on what the page shows now."""

    def look(page: Page) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [
            f"{one['id']}: {node['html'][:160]} — {node['any'][0]['message'][:160] if node['any'] else ''}"
            for one in found
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]

    return look


@pytest.fixture
def shot(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page, str], None]:
    """Keep a picture of the whole page where SAS_SHOTS says, for people to look at."""
    import os

    folder = os.environ.get("SAS_SHOTS", "")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    return take
