"""From a click on a slot to the editor's page in a new tab, with its state beside the unmoved list."""

import pytest
from playwright.sync_api import Page, Route, expect

from agenda.models import Editor
from booking.models import Orientation
from sasportal.accounts.models import User
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor
from tests.browser.cast import doctor, opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known_editor(alpha: TestEditor) -> Editor:
    alpha.knows(rpps(1), rpps(2), slots=4)
    return register(alpha.url, "Alpha")


def test_choosing_opens_the_editors_page_and_follows_it_beside_the_list(
    page: Page, regulator: User, known_editor: Editor, shot, violations
) -> None:
    seen: list[tuple[str, str | None]] = []

    def editors_page(route: Route) -> None:
        seen.append((route.request.url, route.request.headers.get("referer")))
        route.fulfill(body="Page de réservation", content_type="text/plain")

    page.context.route("https://alpha.example/**", editors_page)
    page.goto(f"/sas/recherche?recherche={opened(regulator, *map(doctor, range(6))).id}")
    card = page.locator(f'[data-sas-card="{rpps(1)}"]')
    slot = card.get_by_role("button").first
    expect(slot).to_be_visible()
    before = [one.bounding_box() for one in page.locator("[data-sas-card]").all()]
    with page.expect_popup() as popup:
        slot.click()
    popup.value.wait_for_url("https://alpha.example/rdv?origin=sas")
    panel = page.get_by_role("complementary", name="Orientation en cours")
    expect(panel).to_contain_text("Réservation ouverte chez Alpha")
    expect(slot).to_have_attribute("data-chosen", "")
    shot(page, "panel")
    assert [one.bounding_box() for one in page.locator("[data-sas-card]").all()] == before
    assert violations(page) == []
    assert Orientation.objects.get().practitioner == rpps(1)
    assert seen == [("https://alpha.example/rdv?origin=sas", None)]
