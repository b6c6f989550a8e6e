"""SOS Médecins on the page: places filling in, the keyboard, narrow screens, and the way to a confirmed appointment."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from agenda.models import Flow
from agenda.searches import Search
from booking.models import Orientation
from directory.found import Association, Found
from sasportal.accounts.models import User
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, status
from tests.agenda.test_associations import association, place
from tests.booking.cast import AGEN
from tests.browser.cast import community, doctor, opened
from tests.sandbox_editors.conftest import make_config, own_world, people

__all__ = ["make_config", "own_world", "people"]
pytestmark = pytest.mark.django_db(transaction=True)

SOS: Association = association(
    AGEN, place("Centre", department="47", lat=44.2, lon=0.63), place("Nord", distance_km=4.2, lat=44.24, lon=0.63),
    members=14,
)  # fmt: skip


def around(user: User, *, doctors: int = 3) -> Search:
    people_found = tuple(map(doctor, range(doctors)))
    found = Found(candidates=people_found, associations=(SOS,), structures=(community(),), radius_km=30)
    return opened(user, *people_found, found=found)


def show(page: Page, search: Search) -> Locator:
    """Go to the search, wait until every editor has answered; return the association's card."""
    page.goto(f"/sas/recherche?recherche={search.id}")
    expect(page.locator("[data-sas-results][data-done]")).to_have_count(1, timeout=30_000)
    return page.locator(f'[data-sas-card="{AGEN}"]')


def overflow(page: Page) -> int:
    """Pixels beyond the right edge."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def offering(regulator: User, alpha: TestEditor, beta: TestEditor) -> None:
    alpha.knows(rpps(1), rpps(2))
    beta.receives_at(AGEN, "centre", "sud", slots=5).slot_options = {"types": ["PUBLIC", "SNP"]}
    register(alpha.url, "Alpha")
    register(beta.url, "Sigma", flows=[Flow.SOS])


def test_a_card_for_each_place_at_every_width(
    offering: None, regulator: User, context_of: Callable[..., BrowserContext], shot, violations
) -> None:
    search = around(regulator)
    for width in (1280, 320):
        page = context_of(regulator, viewport={"width": width, "height": 900}).new_page()
        card = show(page, search)
        expect(card.get_by_role("heading", level=4)).to_have_text(
            ["Point de consultation Centre", "Point de consultation Sud"]
        )
        expect(card).to_have_attribute("data-state", "slots")
        expect(card.get_by_text("Aucun créneau : Point de consultation Nord.")).to_be_visible()
        shot(page, f"association-{width}")
        assert overflow(page) == 0
        assert violations(page) == []


def test_the_keyboard_goes_through_an_association_as_through_any_card(
    offering: None, page: Page, regulator: User
) -> None:
    card = show(page, around(regulator))
    page.keyboard.press("ArrowDown")
    expect(card).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f'[data-sas-card="{rpps(1)}"]')).to_be_focused()
    expect(card.locator("[data-sas-slot] .sas-slot__key").first).to_have_text("1")


def test_a_silence_and_its_retry(page: Page, regulator: User, beta: TestEditor, shot, violations) -> None:
    beta.receives_at(AGEN, "centre").answer = status(503)
    register(beta.url, "Sigma", flows=[Flow.SOS])
    card = show(page, around(regulator, doctors=0))
    expect(card).to_contain_text("Créneaux inconnus : Sigma n’a pas répondu correctement.")
    shot(page, "association-unknown")
    assert violations(page) == []
    beta.answer = beta.honest
    page.get_by_role("button", name="Réessayer Sigma").press("Enter")
    expect(card.get_by_role("heading", level=4)).to_have_text(["Point de consultation Centre"], timeout=30_000)


def test_without_slots_it_takes_one_line(page: Page, regulator: User, beta: TestEditor, shot) -> None:
    register(beta.url, "Sigma", flows=[Flow.SOS])
    card = show(page, around(regulator))
    expect(card).to_have_attribute("data-brief", "")
    expect(card).to_contain_text("A répondu : aucun créneau sur ces trois jours.")
    shot(page, "association-none")


def test_from_a_slot_to_an_appointment_the_association_confirms(
    own_world: Callable[..., Any], make_config: Callable[[], dict[str, Any]], live_portal, page: Page, regulator: User,
    shot, violations,
) -> None:  # fmt: skip
    world = own_world(make_config() | {"portal_url": live_portal.url})
    epsilon = world.editors["epsilon"].config
    register(
        epsilon.fhir_base, epsilon.name, flows=[Flow.SOS], booking_hosts=[f"127.0.0.1:{epsilon.port}"],
        inbound_secret_sha256=hashlib.sha256(b"inbound-epsilon").hexdigest(),
    )  # fmt: skip
    world.editors["epsilon"].switches.confirms_later = True
    card = show(page, around(regulator, doctors=0))
    with page.expect_popup() as popup:
        card.locator("button[data-sas-slot]").nth(2).press("Enter")
    tab = popup.value
    expect(tab.get_by_role("button", name="Confirmer le rendez-vous")).to_be_visible(timeout=30_000)
    expect(tab.get_by_text("SOS Médecins Agen")).to_be_visible()
    tab.get_by_role("button", name="Confirmer le rendez-vous").press("Enter")
    expect(tab.get_by_text("à confirmer par l’association")).to_be_visible(timeout=30_000)
    panel = page.get_by_role("complementary", name="Orientation en cours")
    expect(panel.get_by_role("heading", name="Rendez-vous demandé")).to_be_visible(timeout=30_000)
    shot(page, "association-awaited")
    assert violations(page) == []
    tab.get_by_role("button", name="Confirmer (association)").press("Enter")
    expect(panel.get_by_role("heading", name="Rendez-vous confirmé")).to_be_visible(timeout=30_000)
    one = Orientation.objects.get()
    assert (one.state, one.structure, one.practitioner) == ("booked", AGEN[1:], "")
    page.goto("/sas/orientations/")
    expect(page.get_by_role("row").filter(has_text="SOS Médecins Agen")).to_contain_text("Confirmée")
    shot(page, "association-orientations")
