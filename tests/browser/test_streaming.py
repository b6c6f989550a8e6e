"""Slots landing on the page from real editors through the real worker."""

import re
import threading

import pytest
from playwright.sync_api import Locator, Page, expect

from agenda.searches import Search
from sasportal.accounts.models import User
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, after, once, status
from tests.browser.cast import doctor, opened

pytestmark = pytest.mark.django_db(transaction=True)


def show(page: Page, search: Search) -> None:
    page.goto(f"/sas/recherche?recherche={search.id}")


def card(page: Page, number: int) -> Locator:
    return page.locator(f'[data-sas-card="{rpps(number)}"]')


def bar(page: Page) -> Locator:
    return page.locator("[data-sas-bar]")


def test_slots_fill_in_editor_by_editor(
    page: Page, regulator: User, alpha: TestEditor, beta: TestEditor, shot, violations
) -> None:
    alpha.knows(rpps(1), rpps(4), slots=5)
    beta.knows(rpps(2))
    released = threading.Event()
    beta.answer = once(released, beta.honest)
    register(alpha.url, "Alpha")
    register(beta.url, "Beta")
    show(page, opened(regulator, *map(doctor, range(6))))
    expect(card(page, 1).get_by_role("button")).not_to_have_count(0)
    card(page, 5).hover()
    before = [card(page, number).bounding_box() for number in range(1, 6)]
    released.set()
    expect(card(page, 2).get_by_role("button")).to_have_count(3)
    expect(card(page, 3)).to_contain_text("A répondu : aucun créneau")
    expect(bar(page)).to_contain_text(re.compile("2.éditeurs sur 2 ont répondu"))
    expect(page.locator("[data-sas-live]")).to_have_text(re.compile("2.éditeurs sur 2 ont répondu. 3.professionnels"))
    # Nothing moved under the pointer, nor above it; below it, and elsewhere once it left, "none" takes one line.
    assert [card(page, number).bounding_box() for number in range(1, 6)] == before
    expect(card(page, 6)).to_have_attribute("data-brief", "")
    expect(card(page, 3)).not_to_have_attribute("data-brief", "")
    page.mouse.move(0, 0)
    expect(card(page, 3)).to_have_attribute("data-brief", "")
    shot(page, "results-done")
    assert violations(page) == []


def test_who_is_waited_for_is_named(
    page: Page, regulator: User, alpha: TestEditor, beta: TestEditor, shot, violations
) -> None:
    alpha.knows(rpps(1), slots=5)
    released = threading.Event()
    beta.answer = once(released, beta.honest)
    register(alpha.url, "Alpha")
    register(beta.url, "Beta")
    show(page, opened(regulator, *map(doctor, range(6))))
    expect(card(page, 1).get_by_role("button")).not_to_have_count(0)
    expect(card(page, 2)).to_contain_text("Réponse attendue : Beta.")
    expect(bar(page)).to_contain_text("En attente : Beta.")
    shot(page, "results-waiting")
    assert violations(page) == []
    released.set()  # nothing of this search goes on into the next test
    expect(page.locator("[data-sas-results][data-done]")).to_be_visible()


def test_an_editor_down_is_named_and_asked_again_in_place(
    page: Page, regulator: User, alpha: TestEditor, beta: TestEditor, shot, violations
) -> None:
    alpha.knows(rpps(1), slots=4)
    beta.answer = status(500)
    register(alpha.url, "Alpha")
    register(beta.url, "Beta")
    show(page, opened(regulator, *map(doctor, range(4))))
    expect(card(page, 2)).to_contain_text("Créneaux inconnus : Beta n’a pas répondu correctement. Appeler le")
    expect(card(page, 1)).to_contain_text("sans Beta")
    assert page.get_by_text("aucun créneau sur ces trois jours").count() == 0
    shot(page, "results-editor-down")
    assert violations(page) == []
    beta.knows(rpps(2), slots=1)
    beta.answer = beta.honest
    bar(page).get_by_role("button", name="Réessayer Beta").click()
    expect(card(page, 2).get_by_role("button")).to_have_count(1)
    expect(card(page, 3)).to_contain_text("A répondu : aucun créneau")
    expect(bar(page).get_by_role("button")).to_have_count(0)


def test_late_slots_wait_while_the_pointer_or_the_focus_is_on_a_card(
    page: Page, regulator: User, alpha: TestEditor, beta: TestEditor
) -> None:
    alpha.knows(rpps(1), slots=3)
    beta.knows(rpps(1), slots=1)
    beta.slot_options = {"comment": "https://alpha.example/autre", "minutes": 45}
    beta.answer = after(2.5, beta.honest)
    register(alpha.url, "Alpha")
    register(beta.url, "Beta")
    show(page, opened(regulator, *map(doctor, range(3))))
    slots = card(page, 1).get_by_role("button")
    expect(slots).to_have_count(3)
    slots.nth(1).focus()
    names = [one.get_attribute("value") for one in slots.all()]
    expect(bar(page)).to_contain_text(re.compile("2.éditeurs sur 2 ont répondu"), timeout=10000)
    assert [one.get_attribute("value") for one in slots.all()] == names
    assert page.evaluate("document.activeElement.value") == names[1]
    page.locator("#id_quoi").focus()
    expect(card(page, 1).get_by_role("button")).to_have_count(4)


def test_polling_takes_over_where_streams_do_not_pass(page: Page, regulator: User, alpha: TestEditor) -> None:
    alpha.knows(rpps(1))
    alpha.answer = after(1, alpha.honest)
    register(alpha.url, "Alpha")
    page.route("**/flux?*", lambda route: route.abort())
    show(page, opened(regulator, *map(doctor, range(3))))
    expect(card(page, 1).get_by_role("button")).to_have_count(3, timeout=15000)
    expect(bar(page)).to_contain_text(re.compile("1.éditeur sur 1 a répondu"))


def test_more_cards_keep_filling_in(page: Page, regulator: User, alpha: TestEditor) -> None:
    alpha.knows(*map(rpps, range(1, 41)), slots=2)
    alpha.answer = after(2.5, alpha.honest)
    register(alpha.url, "Alpha")
    show(page, opened(regulator, *map(doctor, range(40))))
    expect(page.locator("[data-sas-card]")).to_have_count(25)
    page.get_by_role("link", name="Afficher plus").click()
    expect(page.locator("[data-sas-card]")).to_have_count(40)
    assert page.evaluate("document.activeElement.dataset.sasCard") == rpps(26)
    expect(card(page, 40).get_by_role("button")).to_have_count(2)
    expect(page.locator('[data-sas-card][data-state="slots"]')).to_have_count(40)
    expect(page.get_by_role("link", name="Afficher plus")).to_have_count(0)
