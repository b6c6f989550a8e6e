"""A real Chromium in front of the live portal: contexts signed in as somebody, accessibility rules, pictures."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from sasportal.accounts.models import User
from tests.accounts.people import signed_in_by_psc
from tests.live import Live

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync",
             # Map tiles are not asked for. Not by `route`: it would turn the browser's cache off
             "--host-resolver-rules=MAP data.geopf.fr ~NOTFOUND"]  # fmt: skip


@pytest.fixture(scope="module")
def playwright_driver() -> Iterator[Playwright]:
    """The driver keeps an event loop in this thread: it goes with the module, before tests that run their own."""
    with sync_playwright() as driver:
        yield driver
        connections.close_all()  # opened under the driver's loop, they would outlive the test database


@pytest.fixture(scope="module")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("No Chromium on this machine: pages were not tried in a browser.")
    browser = playwright_driver.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def context_of(chromium: Browser, live_portal: Live) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser context signed in as somebody; every script error fails the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_for(user: User | None, **options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=live_portal.url, locale="fr-FR", **options)
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
def shot() -> Callable[[Page, str], None]:
    """Keep a picture of the whole page where SAS_SHOTS says, for people to look at."""
    folder = os.environ.get("SAS_SHOTS", "")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    return take


def tick(box: Locator) -> None:
    """Tick as by keyboard: the State's design lays a drawn box over the real one, which a mouse then misses."""
    box.press("Space")
    expect(box).to_be_checked()
