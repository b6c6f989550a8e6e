"""Narrow, enlarged, dark, without scripts; errors and other pages. Each looked at by axe."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sasportal.accounts.models import Role, User
from tests.accounts.people import professional
from tests.agenda.answers import bundle, people, rpps, slot
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, after
from tests.agenda_pages.territory import CPTS, community, practitioners
from tests.browser.cast import doctor, opened

pytestmark = pytest.mark.django_db(transaction=True)

RESULTS = "/sas/recherche?" + urlencode({"quoi": "médecin généraliste", "ou": "47000 Agen"})


@pytest.fixture
def around_agen(alpha: TestEditor) -> None:
    community()
    practitioners(range(1, 4), via="cpts")
    practitioners(range(4, 8))
    practitioners(range(8, 12), via="none")
    alpha.knows(*map(rpps, range(1, 8)), slots=6)
    register(alpha.url, "Alpha")


def overflow(page: Page) -> int:
    """Pixels beyond the right edge."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def wait_for_slots(page: Page) -> None:
    expect(page.locator('[data-sas-card][data-state="slots"]')).not_to_have_count(0)
    expect(page.locator("[data-sas-results][data-done]")).to_have_count(1)


def test_the_page_without_scripts_fills_in_by_refreshing_itself(
    plain_page: Page, regulator: User, alpha: TestEditor, shot
) -> None:
    alpha.knows(rpps(1), rpps(2))
    alpha.answer = after(1, alpha.honest)
    register(alpha.url, "Alpha")
    practitioners(range(1, 6))
    plain_page.goto("/sas/recherche")
    plain_page.get_by_label("Quoi").fill("médecin généraliste")
    plain_page.get_by_label("Où").fill("47000 Agen")
    plain_page.get_by_role("button", name="Rechercher").click()
    expect(plain_page.locator('[data-sas-card][data-state="waiting"]')).to_have_count(5)
    expect(plain_page.locator('[data-sas-card][data-state="slots"]')).to_have_count(2, timeout=15000)
    expect(plain_page.get_by_text("A répondu : aucun créneau")).to_have_count(3)
    slots = plain_page.locator(f'[data-sas-card="{rpps(1)}"]').get_by_role("button")
    expect(slots).to_have_count(3)
    assert slots.first.evaluate("one => [one.form.method, one.form.target, one.form.rel]") == [
        "post", "_blank", "noopener",
    ]  # fmt: skip
    shot(plain_page, "no-javascript")


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1920])
def test_no_width_scrolls_sideways(
    context_of: Callable[..., BrowserContext], regulator: User, around_agen: None, width: int, shot, violations
) -> None:
    page = context_of(regulator, viewport={"width": width, "height": 900}).new_page()
    page.goto(RESULTS)
    wait_for_slots(page)
    shot(page, f"width-{width}")
    assert (overflow(page), violations(page)) == (0, [])
    page.goto("/sas/recherche")
    assert overflow(page) == 0


def test_text_at_twice_its_size_still_fits(
    context_of: Callable[..., BrowserContext], regulator: User, around_agen: None, shot
) -> None:
    page = context_of(regulator, viewport={"width": 1280, "height": 900}).new_page()
    page.goto(RESULTS)
    wait_for_slots(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    shot(page, "text-200")
    assert overflow(page) == 0


def test_the_dark_theme_keeps_its_contrasts(
    context_of: Callable[..., BrowserContext], regulator: User, around_agen: None, shot, violations
) -> None:
    context = context_of(regulator, viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page = context.new_page()
    page.goto(RESULTS)
    wait_for_slots(page)
    expect(page.locator("html")).to_have_attribute("data-fr-theme", "dark")
    shot(page, "dark")
    assert violations(page) == []


def test_the_cpts_page_and_back_to_the_same_place(page: Page, around_agen: None, shot, violations) -> None:
    page.goto(RESULTS)
    wait_for_slots(page)
    search = page.locator("[data-sas-results]").get_attribute("data-search")
    page.get_by_role("link", name="Voir tous les professionnels de la CPTS Axe Majeur").click()
    wait_for_slots(page)
    expect(page.locator("[data-sas-card]")).to_have_count(3)
    shot(page, "cpts")
    assert (overflow(page), violations(page)) == (0, [])
    page.get_by_role("link", name="Retour à la recherche").click()
    expect(page.locator("[data-sas-results]")).to_have_attribute("data-search", search or "")
    assert page.url.endswith(f"#structure-{CPTS}")


def test_coming_back_shows_the_same_search_and_reloading_asks_again(page: Page, around_agen: None) -> None:
    page.goto(RESULTS)
    wait_for_slots(page)
    search = page.locator("[data-sas-results]").get_attribute("data-search") or ""
    order = [card.get_attribute("data-sas-card") for card in page.locator("[data-sas-card]").all()]
    page.goto("/accessibilite")
    page.go_back()
    expect(page.locator("[data-sas-results]")).to_have_attribute("data-search", search)
    assert [card.get_attribute("data-sas-card") for card in page.locator("[data-sas-card]").all()] == order
    page.reload()
    expect(page.locator("[data-sas-results]")).not_to_have_attribute("data-search", search)


def test_errors_empty_results_and_expired_searches(page: Page, around_agen: None, shot, violations) -> None:
    page.goto("/sas/recherche?quoi=&ou=Agenn")
    shot(page, "errors")
    assert violations(page) == []
    expect(page.locator("#id_quoi")).to_be_focused()
    page.goto("/sas/recherche?" + urlencode({"quoi": "sage-femme", "ou": "Agen"}))
    shot(page, "nobody")
    assert violations(page) == []
    page.goto(f"{RESULTS}&recherche=00000000-0000-4000-8000-000000000000")
    shot(page, "expired")
    assert violations(page) == []


def test_why_a_slot_is_not_shown(
    context_of: Callable[..., BrowserContext], around_agen: None, shot, violations, alpha: TestEditor
) -> None:
    alpha.slot_options = {"types": ["CPTS"]}
    page = context_of(professional("899700000015", Role.ADMIN), viewport={"width": 1280, "height": 900}).new_page()
    page.goto(RESULTS)
    expect(page.locator("[data-sas-results][data-done]")).to_have_count(1)
    page.get_by_role("link", name="Pourquoi ce créneau n’apparaît-il pas ?").first.click()
    shot(page, "why")
    assert violations(page) == []


@pytest.mark.parametrize("address", ["/mentions-legales", "/donnees-personnelles", "/accessibilite", "/nulle-part"])
def test_pages_around(context_of: Callable[..., BrowserContext], address: str, shot, violations) -> None:
    page = context_of(None, viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    shot(page, address.strip("/"))
    assert (overflow(page), violations(page)) == (0, [])


def test_the_page_prints_its_cards(page: Page, regulator: User, shot) -> None:
    page.goto(f"/sas/recherche?recherche={opened(regulator, *map(doctor, range(3))).id}")
    page.emulate_media(media="print")
    expect(page.locator("[data-sas-search]")).to_be_hidden()
    expect(page.locator("[data-sas-card]").first).to_be_visible()
    shot(page, "print")


@pytest.mark.parametrize("width", [320, 1280])
def test_an_editor_checks_an_answer(context_of: Callable[..., BrowserContext], violations, shot, width: int) -> None:
    broken = bundle([slot(rpps(1), "hier", status="busy"), *people([rpps(1)])])
    for scripts in (False, True):
        context = context_of(None, viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        page = context.new_page()
        page.goto("/editeurs/verifier/")
        shot(page, f"check-form-{width}")
        page.get_by_label("Bundle").fill(json.dumps(broken))
        page.get_by_role("button", name="Vérifier").press("Enter")
        expect(page.get_by_role("heading", name="Résultat : non conforme")).to_be_visible()
        expect(page.get_by_text("Bundle.entry[0].resource.status")).to_be_visible()
        shot(page, f"check-{width}")
    page.locator("summary", has_text="Règles respectées").press("Enter")
    expect(page.get_by_text("Slot.schedule désigne un Schedule du Bundle.")).to_be_visible()
    assert (overflow(page), violations(page)) == (0, [])
