"""A place in the portal's own agenda taken beside the list: by mouse, by keyboard, without scripts, on a phone."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from agenda.own.models import Occurrence
from booking.models import Orientation
from directory.models import Practitioner
from sasportal.accounts.models import Role, User
from tests.accounts.people import professional
from tests.agenda_pages.territory import community
from tests.booking import own_cast as cast
from tests.browser.test_every_screen import overflow

pytestmark = pytest.mark.django_db(transaction=True)
RESULTS = "/sas/recherche?" + urlencode({"quoi": "tenue", "ou": "47000 Agen"})


@pytest.fixture
def row(live_portal) -> Occurrence:
    cast.anne()
    Practitioner.objects.update(search_name="tenue anne")
    return cast.offered(capacity=2)


def panel(page: Page):
    return page.locator("[data-sas-panel]")


def test_confirmed_beside_the_list_then_undone(page: Page, row: Occurrence, violations, shot) -> None:
    page.goto(RESULTS)
    page.locator("button[data-sas-own][data-sas-slot]").click()
    expect(panel(page).get_by_role("heading", name="Orienter vers Dr Anne TENUE")).to_be_focused()
    expect(panel(page).get_by_text("0 sur 2 patients déjà orientés")).to_be_visible()
    assert violations(page) == []
    shot(page, "own-step")
    panel(page).get_by_role("button", name="Confirmer l’orientation").click()
    expect(panel(page).get_by_role("heading", name="Orientation confirmée")).to_be_visible()
    expect(panel(page).get_by_text("Plage : 1 sur 2 patients.")).to_be_visible()
    assert violations(page) == []
    shot(page, "own-confirmed")
    panel(page).get_by_role("link", name="Annuler (30 secondes)").click()
    expect(panel(page).get_by_text("Cette orientation est annulée")).to_be_visible()
    assert page.url.startswith(page.url.split("?")[0])
    row.refresh_from_db()
    assert (row.taken, Orientation.objects.get().cancel_reason) == (0, "undone")


def test_by_keyboard_only(page: Page, row: Occurrence) -> None:
    page.goto(RESULTS)
    page.keyboard.press("Escape")
    page.locator("body").press("ArrowDown")
    page.keyboard.press("Enter")  # the first slot of the card
    expect(panel(page).get_by_role("heading", name="Orienter vers Dr Anne TENUE")).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel(page).get_by_role("button", name="Confirmer l’orientation")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("heading", name="Orientation confirmée")).to_be_focused()
    assert Orientation.objects.count() == 1


def test_a_double_click_takes_one_place(page: Page, row: Occurrence) -> None:
    page.goto(RESULTS)
    page.locator("button[data-sas-own][data-sas-slot]").click()
    panel(page).get_by_role("button", name="Confirmer l’orientation").dblclick()
    expect(panel(page).get_by_role("heading", name="Orientation confirmée")).to_be_visible()
    row.refresh_from_db()
    assert (row.taken, Orientation.objects.count()) == (1, 1)


def test_full_meanwhile_the_next_slot_is_one_click_away(page: Page, row: Occurrence) -> None:
    later = cast.offered(start=row.end)
    page.goto(RESULTS)
    page.locator(f'button[value="{cast.key_of(row)}"]').click()
    expect(panel(page).get_by_role("button", name="Confirmer l’orientation")).to_be_visible()
    Occurrence.objects.filter(pk=row.pk).update(taken=2)
    panel(page).get_by_role("button", name="Confirmer l’orientation").click()
    expect(panel(page).get_by_text("Rien n’a été pris.")).to_be_visible()
    panel(page).locator(f'button[value="{cast.key_of(later)}"]').click()
    panel(page).get_by_role("button", name="Confirmer l’orientation").click()
    expect(panel(page).get_by_role("heading", name="Orientation confirmée")).to_be_visible()
    assert Orientation.objects.get().occurrence_id == later.pk


def test_an_order_lost_on_the_way_can_be_sent_again_and_takes_one_place(page: Page, row: Occurrence) -> None:
    page.goto(RESULTS)
    page.locator("button[data-sas-own][data-sas-slot]").click()
    confirm = panel(page).get_by_role("button", name="Confirmer l’orientation")
    expect(confirm).to_be_visible()

    def taken_but_not_said(route) -> None:
        route.fetch()
        route.abort()

    page.route("**/sas/orientations/creneau", taken_but_not_said)
    confirm.click()
    expect(panel(page).get_by_role("alert")).to_contain_text("rien ne sera pris deux fois")
    page.unroute("**/sas/orientations/creneau")
    confirm.click()
    expect(panel(page).get_by_role("heading", name="Orientation confirmée")).to_be_visible()
    row.refresh_from_db()
    assert (row.taken, Orientation.objects.count()) == (1, 1)


def test_without_scripts(plain_page: Page, row: Occurrence) -> None:
    plain_page.goto(RESULTS)
    plain_page.locator(f'button[value="{cast.key_of(row)}"]').click()
    plain_page.get_by_role("button", name="Confirmer l’orientation").click()
    expect(plain_page.get_by_role("heading", name="Orientation vers Dr Anne TENUE")).to_be_visible()
    plain_page.get_by_role("button", name="Annuler sans motif").click()
    expect(plain_page.get_by_text("la place est rendue et le professionnel n’est pas prévenu")).to_be_visible()


def test_a_patient_on_top_noted_beside_the_list(page: Page, row: Occurrence, violations, shot) -> None:
    community()
    page.goto(f"{RESULTS}&mode=en_sus")
    page.get_by_role("button", name=re.compile("Noter un patient en sus convenu avec")).click()
    expect(panel(page).get_by_role("heading", name="Noter un accord avec Dr Anne TENUE")).to_be_focused()
    assert violations(page) == []
    panel(page).get_by_role("button", name="Noter l’orientation").click()
    expect(panel(page).get_by_text("Ce champ est obligatoire.")).to_be_visible()
    assert violations(page) == []
    shot(page, "on-top-error")
    panel(page).get_by_label("Lieu").select_option("lilas")
    panel(page).get_by_label("Heure convenue").fill(f"{cast.in_two_hours().astimezone():%H:%M}")
    panel(page).get_by_label("Jour convenu").fill(f"{cast.in_two_hours().astimezone():%Y-%m-%d}")
    panel(page).get_by_role("button", name="Noter l’orientation").click()
    expect(panel(page).get_by_role("heading", name="Orientation confirmée")).to_be_visible()
    assert Orientation.objects.get().way == "on_top"


def test_on_a_phone(
    context_of: Callable[..., BrowserContext], regulator: User, row: Occurrence, violations, shot
) -> None:
    page = context_of(regulator, viewport={"width": 320, "height": 640}).new_page()
    page.goto(RESULTS)
    page.locator("button[data-sas-own][data-sas-slot]").click()
    expect(panel(page).get_by_role("heading", name="Orienter vers Dr Anne TENUE")).to_be_in_viewport()
    assert (overflow(page), violations(page)) == (0, [])
    shot(page, "own-step-320")


EFFECTOR_PAGES = ["", "vu-par-le-15/", "participation/", "participation/changer/", "reglages/", "lieux/", "absences/",
                  "patients/", "agenda/", "delegues/"]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_an_effector(
    context_of: Callable[..., BrowserContext], row: Occurrence, width: int, scheme: str, violations, shot
) -> None:
    anne = professional(cast.ANNE, Role.EFFECTOR)
    page = context_of(anne, viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    faults = {}
    for path in EFFECTOR_PAGES:
        page.goto(f"/effecteur/{cast.ANNE}/{path}")
        page.wait_for_load_state("networkidle")
        shot(page, f"effector-{path.replace('/', '-') or 'home'}-{width}-{scheme}")
        if found := [*violations(page), *(["scrolls sideways"] if overflow(page) else [])]:
            faults[path] = found
    assert faults == {}


def test_declaring_by_keyboard(context_of: Callable[..., BrowserContext], row: Occurrence, violations, shot) -> None:
    community()
    page = context_of(professional(cast.ANNE, Role.EFFECTOR), viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"/effecteur/{cast.ANNE}/participation/changer/")
    page.get_by_label("Via ma CPTS").focus()
    page.keyboard.press("Space")
    page.get_by_label("Structure").focus()
    page.keyboard.type("axe maj")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Avant d’enregistrer")).to_be_visible()
    expect(page.get_by_text("Sans changement : 1.")).to_be_visible()
    assert violations(page) == []
    shot(page, "declaration-preview")
    page.get_by_role("button", name="Enregistrer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Via la CPTS Axe Majeur, à tous les lieux")).to_be_visible()
