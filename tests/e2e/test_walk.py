"""The product's main job on the demo, as somebody meets it: from sign-in to a booked appointment."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Demo, sign_in

SEARCH = "/sas/recherche?quoi=m%C3%A9decin+g%C3%A9n%C3%A9raliste&ou=Agen"


@pytest.fixture
def context(chromium: Browser, demo: Demo) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=demo.url, locale="fr-FR", viewport={"width": 1400, "height": 900})
    yield context
    context.close()


@pytest.fixture
def camille(context: BrowserContext) -> Page:
    """Camille Régulier, signed in through the fictitious Pro Santé Connect."""
    page = context.new_page()
    sign_in(page, "Camille Régulier")
    page.wait_for_url("**/sas/recherche")
    return page


def ports(demo: Demo) -> dict[str, int]:
    return json.loads((demo.var / "demo.json").read_text())["ports"]


def switch(demo: Demo, editor: str, fault: str) -> None:
    """Turn a fake editor's switch."""
    data = urllib.parse.urlencode({"panne": fault}).encode()
    urllib.request.urlopen(f"http://127.0.0.1:{ports(demo)[editor]}/interrupteurs", data=data, timeout=10).close()


def arrive(editor: Page) -> None:
    """Reach the editor's page; slow Gamma may not answer the last check in time, and then one more click is asked."""
    arrived, unverified = editor.get_by_role("button", name="Confirmer"), editor.get_by_text("n’a pas pu être vérifié")
    expect(arrived.or_(unverified).first).to_be_visible(timeout=15_000)
    if unverified.is_visible():
        editor.get_by_role("link", name="Ouvrir la réservation chez Gamma Planning").click()
    editor.wait_for_url(re.compile(r"/rdv/.*origin=sas"))


def test_from_two_words_to_a_booked_appointment(camille: Page, context: BrowserContext) -> None:
    camille.get_by_role("combobox", name="Quoi").fill("médecin généraliste")
    camille.get_by_role("combobox", name="Où").fill("Agen")
    camille.keyboard.press("Enter")
    expect(camille.get_by_text("5 éditeurs sur 5 ont répondu")).to_be_visible(timeout=15_000)
    slot = camille.locator("[data-sas-cards] button[data-sas-slot]").first

    with context.expect_page() as opened:
        slot.click()
    editor = opened.value
    arrive(editor)
    # Nobody asked who it is: the Pro Santé Connect session opened at the portal answered.
    expect(editor.get_by_text("Camille Régulier").first).to_be_visible()
    editor.get_by_role("button", name="Confirmer le rendez-vous").click()

    panel = camille.locator("[data-sas-panel]")
    expect(panel.get_by_text("Rendez-vous confirmé")).to_be_visible(timeout=15_000)
    camille.goto("/sas/orientations/")
    expect(camille.get_by_role("row").filter(has_text="Confirmée")).to_have_count(1)


def test_a_mute_editor_is_named_and_never_reads_as_no_slot(camille: Page, demo: Demo) -> None:
    switch(demo, "gamma", "muet")
    try:
        camille.goto(SEARCH.replace("Agen", "Marmande"))
        expect(camille.get_by_text("3 éditeurs sur 4 ont répondu")).to_be_visible(timeout=15_000)
        expect(camille.get_by_text("Gamma Planning n’a pas répondu à temps").first).to_be_visible(timeout=15_000)
        unknown = camille.locator("[data-sas-card]").filter(has_text="Gamma Planning")
        assert unknown.filter(has_text="A répondu : aucun créneau").count() == 0
    finally:
        switch(demo, "gamma", "normal")


def test_the_account_manager_finds_something_to_follow(context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, "Maxence Ducompte")
    expect(page.get_by_role("heading", level=1)).to_have_text("Régulateurs")
    expect(page.get_by_role("row").filter(has_text="Inactif, prévenu")).to_have_count(1)
    page.get_by_role("link", name="Demandes d’inscription (1 à compléter)").click()
    expect(page.locator("tbody tr")).to_have_count(3)


def test_the_same_search_from_a_shell(demo: Demo) -> None:
    answered = demo.command("search", "médecin généraliste", "--near", "Agen", "--json")
    found = json.loads(answered.stdout)
    assert {editor["outcome"] for editor in found["editors"]} <= {"OK", "EMPTY"}
    assert len(found["editors"]) == 5
    assert [(one["name"], one["state"]) for one in found["associations"]] == [("SOS Médecins Agen", "slots")]
    assert sum(card["state"] == "slots" for card in found["cards"]) > 50


def test_the_trail_of_the_demo_holds_together(demo: Demo, camille: Page) -> None:
    verified = demo.command("verify_audit")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_somebody_without_account_finds_what_is_open_to_the_public(context: BrowserContext, camille: Page) -> None:
    page = context.browser.new_context(base_url=camille.url.partition("/sas/")[0], locale="fr-FR").new_page()
    page.goto("/patient/")
    page.get_by_role("combobox", name="Quoi").fill("médecin généraliste")
    page.get_by_role("combobox", name="Où").fill("Agen")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recherche terminée.", exact=True)).to_be_visible(timeout=15_000)
    first = page.locator("[data-sas-slot]").first
    expect(first).to_have_accessible_name(re.compile("^Prendre rendez-vous .* avec (le docteur|Mme|M.) .*"))
    camille.goto(SEARCH)
    expect(camille.locator("[data-sas-results][data-done]")).to_have_count(1, timeout=15_000)
    marks = [one.get_by_text("SNP", exact=True).count() for one in (camille.locator("main"), page.locator("main"))]
    assert (marks[0] > 0, marks[1]) == (True, 0)
    page.context.close()
