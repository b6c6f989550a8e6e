"""An editor breaks: the regulator's page stays fast and says so, the board shows it live, the switch takes it out."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo
from tests.e2e.test_walk import switch

BETA = "Béta Rendez-vous"


def search(camille: Page) -> None:
    """Slots of the others are there before all have answered."""
    camille.goto("/sas/recherche?quoi=m%C3%A9decin+g%C3%A9n%C3%A9raliste&ou=Agen")
    expect(camille.locator("[data-sas-card] button[name=slot]").first).to_be_visible()
    expect(camille.locator("[data-sas-results][data-done]")).to_be_visible(timeout=20_000)


def test_a_faulty_editor_is_seen_named_and_switched_off(signed_in: Callable[[str], Page], demo: Demo) -> None:
    alix, camille = signed_in("Alix Serveur"), signed_in("Camille Régulier")
    alix.goto("/supervision/")
    line = alix.get_by_role("row").filter(has=alix.get_by_role("rowheader", name=BETA)).first
    expect(line).to_be_visible()
    search(camille)  # whom it knows is learned while it is well
    switch(demo, "beta", "html")
    try:
        for _ in range(3):
            search(camille)
            expect(camille.locator("[data-sas-bar]")).to_contain_text(BETA)
        # Nobody reloads: the board tells within a minute or so
        expect(line).to_contain_text(re.compile("En panne|Dégradé|En pause"), timeout=60_000)
        ticket = alix.get_by_role("row").filter(has_text=BETA).filter(has_text="Réponse inutilisable en entier").first
        expect(ticket).to_contain_text("Majeure", timeout=120_000)

        alix.get_by_role("link", name=f"Couper {BETA}").click()
        alix.get_by_label("Pourquoi ?").fill("Répond une page de maintenance")
        alix.get_by_role("button", name="Couper").click()
        expect(alix.get_by_text(f"{BETA} n’est plus interrogé")).to_be_visible()
        camille.reload()
        expect(camille.locator("[data-sas-bar]")).to_contain_text(re.compile(f"{BETA}.*coupé par un administrateur"))
        alix.get_by_role("link", name="Rétablir cet éditeur").click()
        alix.get_by_label("Pourquoi ?").fill("Maintenance terminée")
        alix.get_by_role("button", name="Rétablir").click()
    finally:
        switch(demo, "beta", "normal")
