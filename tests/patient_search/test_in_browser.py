"""The patient's pages in a real Chromium: without a mouse, narrow, enlarged, dark, without scripts."""

import re
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, once, status
from tests.agenda_pages.territory import practitioners
from tests.patient_search.cast import HOME, RESULTS, SEARCH

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

AGEN = f"{RESULTS}?{urlencode(SEARCH)}"
PHONE, WIDE = {"width": 320, "height": 700}, {"width": 1280, "height": 900}


@pytest.fixture
def beta() -> Iterator[TestEditor]:
    with TestEditor() as editor:
        yield editor


@pytest.fixture
def around_agen(alpha: TestEditor, beta: TestEditor) -> None:
    """Some have slots, one editor fails, the others answer that they have none."""
    practitioners(range(1, 4), via="cpts")
    practitioners(range(4, 9), via="none")
    alpha.knows(*map(rpps, (1, 2, 5)), slots=9)
    register(alpha.url, "Alpha")
    beta.answer = status(503)


def overflow(page: Page) -> int:
    """Pixels beyond the right edge."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def settled(page: Page) -> None:
    expect(page.locator("[data-sas-results][data-done]")).to_have_count(1, timeout=20_000)


@pytest.mark.parametrize("size", [PHONE, {"width": 390, "height": 800}, WIDE], ids=["320", "390", "1280"])
def test_every_state_at_every_width(
    context_of: Callable[..., BrowserContext], around_agen: None, beta: TestEditor, size, shot, violations
) -> None:
    page, width = context_of(None, viewport=size).new_page(), size["width"]
    seen: dict[str, tuple[int, list[str]]] = {}

    def look(name: str) -> None:
        shot(page, f"patient-{name}-{width}")
        seen[name] = (overflow(page), violations(page))

    page.goto(HOME)
    look("home")
    page.goto(f"{RESULTS}?quoi=&ou=Zzyzx")
    expect(page.locator("#id_quoi")).to_be_focused()
    look("errors")
    page.goto(AGEN)
    settled(page)
    look("results")
    page.goto(f"{AGEN}&jour=2&secteur=1")
    settled(page)
    look("nobody")
    page.goto(f"{AGEN}&consultation=VR")
    settled(page)
    look("nothing-fits")
    register(beta.url, "Beta")
    page.goto(f"{AGEN}&rayon=10")
    settled(page)
    look("failed")
    page.goto(f"{AGEN}&recherche=00000000-0000-4000-8000-000000000000")
    look("expired")
    for name in ("mentions-legales", "donnees-personnelles", "accessibilite", "cookies", "plan-du-site", "nulle-part"):
        page.goto(f"{HOME}{name}")
        look(name)
    assert seen == dict.fromkeys(seen, (0, []))


def test_from_home_to_a_slot_without_a_mouse(
    context_of: Callable[..., BrowserContext], around_agen: None, violations
) -> None:
    page = context_of(None, viewport=WIDE).new_page()
    page.goto(HOME)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller à la recherche")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#id_quoi").focus()
    page.keyboard.type("géné", delay=20)
    options = page.get_by_role("listbox", name="Suggestions : quoi").get_by_role("option")
    expect(options.first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#id_quoi")).to_have_value("Médecin généraliste")
    page.keyboard.press("Tab")
    page.keyboard.type("47000 Agen")
    page.keyboard.press("Enter")
    settled(page)
    first = page.locator("[data-sas-slot]").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hasAttribute('data-sas-slot')"):
            break
    expect(first).to_be_focused()
    with page.expect_request("**/patient/rendez-vous/nouveau?**") as asked:
        page.keyboard.press("Enter")
    assert re.search(r"\?recherche=[0-9a-f-]{36}&creneau=.+", asked.value.url)


def test_slots_land_one_service_after_the_other(
    context_of: Callable[..., BrowserContext], alpha: TestEditor, beta: TestEditor, shot
) -> None:
    practitioners(range(1, 4))
    released = threading.Event()
    alpha.knows(rpps(1))
    beta.answer = once(released, beta.knows(rpps(2)).honest)
    register(alpha.url, "Alpha")
    register(beta.url, "Beta")
    page = context_of(None, viewport=WIDE).new_page()
    page.goto(AGEN)
    expect(page.locator(f'[data-sas-card="{rpps(1)}"] [data-sas-slot]')).to_have_count(3)
    expect(page.locator(f'[data-sas-card="{rpps(2)}"]')).to_contain_text("Nous cherchons ses rendez-vous")
    shot(page, "patient-waiting")
    released.set()
    expect(page.locator(f'[data-sas-card="{rpps(2)}"] [data-sas-slot]')).to_have_count(3)
    expect(page.locator("[data-sas-live]")).to_have_text(re.compile("Recherche terminée. 2.professionnels ont"))
    expect(page.get_by_role("heading", name="Que faire")).to_be_visible()


def test_without_scripts_the_page_waits_and_refreshes(
    context_of: Callable[..., BrowserContext], alpha: TestEditor, shot
) -> None:
    practitioners(range(1, 4))
    released = threading.Event()
    alpha.answer = once(released, alpha.knows(rpps(1)).honest)
    register(alpha.url, "Alpha")
    page = context_of(None, viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(HOME)
    page.get_by_label("Quoi").fill("médecin généraliste")
    page.get_by_label("Où").fill("47000 Agen")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator('[data-sas-card][data-state="waiting"]')).to_have_count(3)
    shot(page, "patient-no-javascript-waiting")
    released.set()
    expect(page.locator('[data-sas-card][data-state="slots"]')).to_have_count(1, timeout=20_000)
    expect(page.get_by_text("Pas de rendez-vous en ligne ces trois jours.")).to_have_count(2)
    shot(page, "patient-no-javascript")


def test_twice_as_large_and_dark(
    context_of: Callable[..., BrowserContext], around_agen: None, shot, violations
) -> None:
    page = context_of(None, viewport=WIDE, color_scheme="dark").new_page()
    for address, name in ((HOME, "home"), (AGEN, "results")):
        page.goto(address)
        if address == AGEN:
            settled(page)
        expect(page.locator("html")).to_have_attribute("data-fr-theme", "dark")
        shot(page, f"patient-dark-{name}")
        assert violations(page) == []
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        shot(page, f"patient-200-{name}")
        assert overflow(page) == 0
