"""In a real Chromium: from a slot to a confirmed orientation, and "Mes orientations" as it lives."""

import hashlib
import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agenda.models import Editor
from booking.models import Orientation
from sasportal.accounts.models import User
from tests.booking.cast import EditorClient, appointment, editor, orientation
from tests.booking.live_cast import bookable, open_for, register
from tests.browser.conftest import page, plain_page, regulator

__all__ = ["page", "plain_page", "regulator"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def world(own_world, make_config, live_portal):
    """A fake editor that sends its appointments to the live portal."""
    started = own_world(make_config() | {"portal_url": live_portal.url})
    register(started, inbound_secret_sha256=hashlib.sha256(b"inbound-alpha").hexdigest())
    return started


def test_from_a_slot_to_a_confirmed_orientation(world, page: Page, regulator: User, shot, violations) -> None:
    search = open_for(regulator)
    slot = bookable(search)[0]
    page.goto(f"/sas/recherche?recherche={search.id}")
    with page.expect_popup() as popup:
        page.locator(f'button[value="{slot.key}"]').click()
    tab = popup.value
    tab.wait_for_url(f"{world.url('alpha')}/rdv/**")
    expect(tab.get_by_text("Connecté : Camille RÉGULIER")).to_be_visible()
    shot(tab, "editor-booking")
    assert violations(tab) == []
    tab.get_by_role("button", name="Confirmer le rendez-vous").click()
    expect(tab.get_by_text("Rendez-vous confirmé")).to_be_visible()
    shot(tab, "editor-booked")
    assert violations(tab) == []
    panel = page.get_by_role("complementary", name="Orientation en cours")
    expect(panel.get_by_role("heading", name="Rendez-vous confirmé")).to_be_visible(timeout=15_000)
    shot(page, "panel-confirmed")
    assert violations(page) == []
    assert Orientation.objects.get().state == "booked"


def test_giving_up_from_the_panel(world, page: Page, regulator: User) -> None:
    search = open_for(regulator)
    slot = bookable(search)[0]
    page.goto(f"/sas/recherche?recherche={search.id}")
    with page.expect_popup():
        page.locator(f'button[value="{slot.key}"]').click()
    panel = page.get_by_role("complementary", name="Orientation en cours")
    panel.get_by_role("link", name="Annuler").click()
    expect(panel).to_contain_text("Cette orientation est annulée")
    assert Orientation.objects.get().state == "cancelled"


def several(user: User) -> list[Orientation]:
    alpha = editor()
    names = ["Anne TENUE", "Bruno LARIVE", "Chloé MESURE", "Denis HALAGE", "Élise CORDIER"]
    states: list[dict[str, Any]] = [
        {}, {"state": "booked"}, {"state": "noshow"}, {"state": "cancelled"},
        {"booking_url": "", "practitioner": "899700001005"},
    ]  # fmt: skip
    return [
        orientation(user, alpha, practitioner_name=f"Dr {name}", **more)
        for name, more in zip(names, states, strict=True)
    ]


def test_the_list_lives(page: Page, regulator: User, live_portal, shot, violations) -> None:
    one, *_ = several(regulator)
    page.goto("/sas/orientations/")
    row = page.locator(f'[data-orientation="{one.pk}"]')
    expect(row).to_contain_text("Ouverte")
    shot(page, "orientations")
    assert violations(page) == []
    start, end = one.start.isoformat(), one.end.isoformat()
    assert EditorClient().post(json.dumps(appointment(start=start, end=end)).encode()).status_code == 201
    expect(row).to_contain_text("Confirmée", timeout=15_000)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row.get_by_role("button", name="Copier pour le patient").click()
    expect(row.get_by_role("button", name="Copié")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").replace("\u00a0", " ")
    assert copied.startswith("Dr Anne TENUE, lundi 23 novembre à 10 h 00, 12 rue des Lilas, 47000 Agen. Téléphone : 01")


@pytest.mark.parametrize("width", [320, 1440])
def test_the_list_and_one_orientation_fit(page: Page, regulator: User, live_portal, shot, violations, width) -> None:
    one, *_ = several(regulator)
    page.set_viewport_size({"width": width, "height": 900})
    for name, path in (("list", ""), ("detail", f"{one.pk}/")):
        page.goto(f"/sas/orientations/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(page, f"orientations-{name}-{width}")
        assert violations(page) == []


def test_without_scripts_the_list_can_be_filtered_and_an_orientation_given_up(
    plain_page: Page, regulator: User, live_portal
) -> None:
    one, *_ = several(regulator)
    plain_page.goto("/sas/orientations/")
    plain_page.get_by_label("État").select_option("Ouverte")
    plain_page.get_by_role("button", name="Filtrer").click()
    expect(plain_page.locator("[data-orientation]")).to_have_count(2)
    plain_page.get_by_role("button", name="Annuler Dr Anne TENUE").click()
    expect(plain_page.get_by_text("Orientation annulée.")).to_be_visible()
    one.refresh_from_db()
    assert (one.state, Editor.objects.count()) == ("cancelled", 1)


def test_without_scripts_a_choice_opens_the_editor(world, plain_page: Page, regulator: User) -> None:
    search = open_for(regulator)
    slot = bookable(search)[0]
    plain_page.goto(f"/sas/recherche?recherche={search.id}")
    with plain_page.expect_popup() as popup:
        plain_page.locator(f'button[value="{slot.key}"]').first.click()
    popup.value.wait_for_url(f"{world.url('alpha')}/rdv/**")
    expect(popup.value.get_by_role("button", name="Confirmer le rendez-vous")).to_be_visible()
