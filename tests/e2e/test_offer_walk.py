"""What makes the offer true, on the demo, as people meet it: an invitation, a declaration, an agenda of one's own."""

import re
import urllib.request
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo
from tests.e2e.test_walk import ports

ROBIN, CHARLIE, CPTS = "899700000070", "899700000088", "470099017"


def cpts_slots_of_robin(camille: Page) -> int:
    """CPTS marks on Robin's card, once every editor has answered."""
    camille.goto("/sas/recherche?quoi=nouveau+robin&ou=Agen")
    card = camille.locator(f'[data-sas-card="{ROBIN}"]')
    expect(camille.locator("[data-sas-results][data-done]")).to_be_visible(timeout=20_000)
    for more in card.locator("details").all():
        more.evaluate("details => { details.open = true; }")
    return card.locator(".sas-mark--cpts").count()


def test_an_invitation_accepted_brings_cpts_slots_to_the_next_search(signed_in: Callable[[str], Page]) -> None:
    camille = signed_in("Camille Régulier")
    assert cpts_slots_of_robin(camille) == 0

    sacha = signed_in("Sacha Cépété")
    sacha.goto(f"/structures/{CPTS}/invitations/")
    sacha.get_by_label(re.compile("RPPS")).fill(ROBIN)
    sacha.get_by_role("button", name=re.compile("Chercher|Inviter")).first.click()
    sacha.get_by_role("button", name=re.compile("Inviter.*NOUVEAU")).click()
    expect(sacha.get_by_text("Robin NOUVEAU").first).to_be_visible()

    robin = signed_in("Robin Nouveau")
    robin.get_by_role("link", name="Participation au SAS").click()
    robin.get_by_role("link", name=re.compile("Voir et accepter")).click()
    robin.get_by_role("button", name="Voir l’effet").click()
    expect(robin.locator("[data-sas-poll] [data-final]")).to_be_visible(timeout=20_000)
    appearing = robin.get_by_role("heading", name=re.compile("Apparaîtraient : [1-9]"))
    expect(appearing).to_be_visible()
    robin.get_by_role("button", name="Accepter l’invitation").click()
    expect(robin.get_by_text("Via la CPTS de l'Agenais, à tous les lieux")).to_be_visible()

    assert cpts_slots_of_robin(camille) > 0
    expect(camille.get_by_text("Participe au SAS via la CPTS de l'Agenais")).to_be_visible()


def test_a_doctor_without_software_opens_a_weekly_slot_and_a_regulator_books_it(
    signed_in: Callable[[str], Page], demo: Demo
) -> None:
    charlie = signed_in("Charlie Sanslogiciel")
    charlie.goto(f"/effecteur/{CHARLIE}/reglages/")
    charlie.get_by_text("Je n’ai pas de logiciel d’agenda").click()
    charlie.get_by_label("Adresse pour être prévenu").fill("charlie@cabinet.example")
    charlie.get_by_role("button", name="Enregistrer").click()
    charlie.get_by_role("link", name="Agenda du portail").click()
    charlie.get_by_role("link", name="Proposer un créneau ou une plage").click()
    charlie.locator("#id_jour").fill((date.today() + timedelta(days=1)).isoformat())
    charlie.locator("#id_debut").fill("09:00")
    charlie.locator("#id_fin").fill("09:30")
    charlie.get_by_label("Répétition").select_option(label="Toutes les semaines")
    charlie.get_by_role("button", name="Enregistrer").click()
    charlie.get_by_role("button", name="C’est bien cela, enregistrer").click()
    expect(charlie.get_by_text("C’est enregistré : les régulateurs le voient dès maintenant.")).to_be_visible()

    camille = signed_in("Camille Régulier")
    camille.goto("/sas/recherche?quoi=sanslogiciel&ou=Agen")
    camille.get_by_role("button", name=re.compile("^Orienter .* à 9.h.00")).click()
    panel = camille.locator("[data-sas-panel]")
    panel.get_by_role("button", name="Confirmer l’orientation").click()
    expect(panel.get_by_role("heading", name="Orientation confirmée")).to_be_visible()

    charlie.get_by_role("link", name="Patients orientés").click()
    expect(charlie.get_by_text("Confirmée")).to_be_visible()
    charlie.wait_for_timeout(45_000)  # held back while it can be undone, then relayed
    with urllib.request.urlopen(f"http://127.0.0.1:{ports(demo)['mailbox']}/", timeout=10) as mailbox:
        assert "charlie@cabinet.example" in mailbox.read().decode()
