import re

import pytest
from playwright.sync_api import Page, expect

from sasportal.accounts.models import User
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, after
from tests.browser.cast import doctor, opened

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def show(page: Page, search) -> None:
    page.goto(f"/sas/recherche?recherche={search.id}")


def card(page: Page, number: int):
    return page.locator(f'[data-sas-card="{rpps(number)}"]')


def test_slots_fill_in_editor_by_editor(page: Page, regulator: User, alpha: TestEditor, beta: TestEditor, shot) -> None:
    alpha.knows(rpps(1), rpps(4), slots=5)
    beta.knows(rpps(2))
    beta.answer = after(2.5, beta.honest)
    register(alpha.url, "Alpha")
    register(beta.url, "Beta")
    show(page, opened(regulator, *map(doctor, range(6))))
    expect(card(page, 1).get_by_role("button")).not_to_have_count(0)
    expect(card(page, 2)).to_contain_text("Réponse attendue : Beta.")
    shot(page, "results-waiting")
    expect(card(page, 2).get_by_role("button")).not_to_have_count(0)
    expect(card(page, 3)).to_contain_text("A répondu : aucun créneau")
    expect(page.locator("[data-sas-bar]")).to_contain_text(re.compile("2.éditeurs sur 2 ont répondu"))
    shot(page, "results-done")
