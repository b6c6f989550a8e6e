"""Without a mouse: from the empty page to a chosen slot."""

import re

import pytest
from playwright.sync_api import Page, expect

from sasportal.accounts.models import User
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor
from tests.agenda_pages.territory import practitioners
from tests.browser.cast import doctor, opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def around_agen(alpha: TestEditor) -> None:
    practitioners(range(1, 9))
    alpha.knows(*map(rpps, range(1, 9)), slots=4)
    register(alpha.url, "Alpha")


def chosen(page: Page) -> str | None:
    """The slot the page would have booked, without opening anything."""
    return page.evaluate("window.chosenSlot ?? null")


def hold_bookings(page: Page) -> None:
    page.add_init_script(
        "addEventListener('submit', (event) => { if (event.target.id !== 'choose') return;"
        "event.preventDefault(); window.chosenSlot = event.submitter.value; }, true);"
    )


def test_from_the_empty_page_to_a_chosen_slot(page: Page, around_agen: None, shot, violations) -> None:
    hold_bookings(page)
    page.goto("/sas/recherche")
    shot(page, "search-empty")
    assert violations(page) == []
    assert page.evaluate("document.activeElement.id") == "id_quoi"
    page.keyboard.type("géné", delay=20)
    options = page.get_by_role("listbox", name="Suggestions : quoi").get_by_role("option")
    expect(options.first).to_be_visible()
    shot(page, "search-suggestions")
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#id_quoi")).to_have_value("Médecin généraliste")
    page.keyboard.press("Tab")
    page.keyboard.type("47000 Agen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("8.professionnels à moins de 30.km"))).to_be_visible()
    expect(page.locator("html.sas-keyed")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    first = page.locator("[data-sas-card]").first
    expect(first).to_be_focused()
    expect(first.get_by_role("button")).to_have_count(4)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    shot(page, "keyboard-card")
    page.keyboard.press("2")
    assert chosen(page) == first.get_by_role("button").nth(1).get_attribute("value")
    expect(first.get_by_role("button").nth(1)).to_have_attribute("data-chosen", "")
    page.keyboard.press("Enter")
    assert chosen(page) == first.get_by_role("button").first.get_attribute("value")


def test_shortcuts_reach_search_mode_map_and_help(page: Page, around_agen: None, shot, violations) -> None:
    page.goto("/sas/recherche?quoi=médecin généraliste&ou=47000 Agen")
    expect(page.locator('[data-sas-card][data-state="slots"]')).to_have_count(8)
    page.keyboard.press("m")
    expect(page.get_by_role("region", name="Carte des professionnels de la liste")).to_be_visible()
    expect(page.locator(".sas-pin--slots")).to_have_count(8)
    shot(page, "map")
    assert violations(page) == []
    page.keyboard.press("m")
    expect(page.locator("[data-sas-map]")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    shot(page, "keys")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#id_quoi")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h2").first.click()
    page.keyboard.press("e")
    page.wait_for_url(re.compile("mode=en_sus"))
    expect(page.locator(".sas-slots__ontop")).to_have_count(8)
    shot(page, "on-top")
    assert violations(page) == []


def test_shortcuts_switched_off_stay_off(page: Page, regulator: User) -> None:
    search = opened(regulator, *map(doctor, range(3)))
    page.goto(f"/sas/recherche?recherche={search.id}")
    page.keyboard.press("?")
    page.get_by_label("Utiliser ces raccourcis").uncheck()
    page.get_by_role("button", name="Fermer").click()
    page.reload()
    page.keyboard.press("/")
    page.keyboard.press("?")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_hidden()
    page.get_by_role("button", name="Raccourcis clavier").click()
    expect(page.get_by_label("Utiliser ces raccourcis")).not_to_be_checked()


def test_typing_a_shortcut_in_a_field_types_it(page: Page) -> None:
    page.goto("/sas/recherche")
    page.locator("#id_ou").fill("")
    page.locator("#id_ou").press_sequentially("me/?1")
    expect(page.locator("#id_ou")).to_have_value("me/?1")


def test_a_pin_leads_to_its_card(page: Page, regulator: User) -> None:
    search = opened(regulator, *map(doctor, range(5)))
    page.goto(f"/sas/recherche?recherche={search.id}")
    page.get_by_role("button", name="Carte").click()
    page.locator(".sas-pin").nth(3).press("Enter")
    assert page.evaluate("document.activeElement.dataset.sasCard") == rpps(4)
