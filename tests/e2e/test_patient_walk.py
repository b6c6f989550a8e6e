"""The patients' side on the demo, as somebody meets it: from a search as nobody to an account that is gone."""

import json
import re
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts.people import PASSWORD, code_now
from tests.chromium import tick
from tests.e2e.conftest import Demo
from tests.e2e.test_walk import ports

ADDRESS = "lou.parent@exemple.example"


@pytest.fixture
def page(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """On a telephone."""
    context = chromium.new_context(base_url=demo.url, locale="fr-FR", viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def letter(demo: Demo, page: Page, subject: str) -> str:
    """The text of the newest letter of this subject, once it has arrived."""
    mailbox = f"http://127.0.0.1:{ports(demo)['mailbox']}"
    for _ in range(60):
        with urllib.request.urlopen(mailbox, timeout=10) as answer:
            found = re.search(rf'<a href="([^"]+)">{subject}', answer.read().decode())
        if found:
            with urllib.request.urlopen(mailbox + found[1], timeout=10) as answer:
                return answer.read().decode()
        page.wait_for_timeout(500)
    raise AssertionError(f"no letter “{subject}”")


def choose_where_appointments_are_taken(page: Page) -> None:
    """Open the first place of practitioners with several, until one is asked of its editor from here."""
    expect(page.locator("[data-sas-results][data-done]")).to_be_visible(timeout=20_000)
    links = page.locator("[data-sas-card]").evaluate_all(
        "cards => cards.map(card => [...card.querySelectorAll('a[data-sas-slot]')].map(one => one.href))"
        ".filter(all => all.length > 3).map(all => all[0])"
    )
    for link in links:
        page.goto(link)
        if page.get_by_text("Étape 1 sur 4").is_visible() and page.get_by_text("a son propre logiciel").is_visible():
            return
        expect(page.get_by_text("Vous allez quitter ce site").or_(page.get_by_text("Étape 1 sur 4"))).to_be_visible()
    raise AssertionError("no editor takes appointments")


def test_book_for_a_child_at_an_editor_move_cancel_and_leave(page: Page, demo: Demo) -> None:
    page.goto("/patient/")
    page.get_by_role("combobox", name="Quoi").fill("médecin généraliste")
    page.get_by_role("combobox", name="Où").fill("Agen")
    page.keyboard.press("Enter")
    choose_where_appointments_are_taken(page)

    page.get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Adresse électronique").fill(ADDRESS)
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    page.get_by_label("Le même mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez votre adresse")
    confirmation = re.search(
        r"http://[^\s\"<&]+(/patient/compte/adresse/[^\s\"<&]+)", letter(demo, page, "[^<]*onfirm")
    )
    assert confirmation
    page.goto(confirmation[1])
    page.get_by_role("button", name="Confirmer").click()

    page.get_by_label("Un enfant de moins de 15 ans").press("Space")
    page.get_by_role("button", name="Continuer").click()
    for label, value in (("Prénom", "Lou"), ("Nom de famille", "CANARI"), ("Date de naissance", "2020-02-01"),
                         ("Téléphone", "06 39 98 00 01")):  # fmt: skip
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Un symptôme").press("Space")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Demander ce rendez-vous").click()
    expect(page.get_by_text("Confirmé", exact=True)).to_be_visible(timeout=20_000)
    first = page.url
    assert urlsplit(first).path in letter(demo, page, "Rendez-vous confirmé")

    page.goto("/patient/rendez-vous/")
    page.get_by_role("link", name="Configurer une application").click()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.content())
    assert secret
    page.get_by_label("Code").fill(code_now(secret[1]))
    page.get_by_role("button", name="Activer").click()
    page.get_by_role("link", name="Continuer").click()

    page.goto(first)
    page.get_by_role("link", name="Déplacer").click()
    page.locator(".sas-offers button").first.click()
    page.get_by_role("button", name="Demander ce rendez-vous").click()
    expect(page.get_by_text("Il remplace")).to_be_visible(timeout=20_000)
    moved = page.url
    assert urlsplit(moved).path in letter(demo, page, "Rendez-vous déplacé")

    page.get_by_role("link", name="Annuler").click()
    page.get_by_role("button", name="Annuler le rendez-vous").click()
    expect(page.get_by_text("Votre rendez-vous est annulé.")).to_be_visible()
    assert urlsplit(moved).path in letter(demo, page, "Rendez-vous annulé")

    page.goto("/patient/compte/")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Télécharger mes données").click()
    exported = json.loads(taken.value.path().read_text())
    assert [one["etat"] for one in exported["rendez_vous"]] == ["Annulé", "Annulé"]
    assert {one["patient"]["given_name"] for one in exported["rendez_vous"]} == {"Lou"}

    page.goto("/patient/compte/supprimer")
    tick(page.get_by_role("checkbox"))
    page.get_by_role("button", name="Supprimer mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre compte est supprimé")
    page.goto(moved)
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
