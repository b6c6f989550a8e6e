"""Signing in, being warned, leaving: seen from a real Chromium, with the accessibility rules."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Page, expect, sync_playwright

from sasportal.accounts.models import Role
from tests.accounts.conftest import point_portal_at
from tests.accounts.people import PASSWORD, code_now, local_professional, professional, with_totp
from tests.chromium import tick
from tests.sandbox_psc import provider as sandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture
def page(live_server, settings) -> Iterator[Page]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("No Chromium on this machine: pages were not tried in a browser.")
    base = f"http://127.0.0.1:{urlsplit(live_server.url).port}"
    with sandbox.running(portal=base) as provider, sync_playwright() as driver:
        point_portal_at(settings, issuer=provider.issuer, authorization=f"{provider.origin}/auth")
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=base, locale="fr-FR")
        context.set_default_timeout(10_000)
        opened = context.new_page()
        faults: list[str] = []
        opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: faults.append(str(error)))
        yield opened
        browser.close()
        connections.close_all()  # under the driver's event loop this test had its own connection
        assert [fault for fault in faults if not re.search(r"status of 4\d\d", fault)] == []


def look(page: Page, name: str) -> None:
    """Check the page against the accessibility rules; keep a picture when asked to."""
    if SCREENSHOTS:
        page.screenshot(path=str(Path(SCREENSHOTS) / f"{name}.png"), full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []


def choose_camille(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="S’identifier avec Pro Santé Connect").click()
    page.get_by_role("button", name="Camille Régulier").click()


def test_from_the_button_to_the_portal_and_out(page):
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")
    look(page, "connexion")
    page.get_by_role("link", name="S’identifier avec Pro Santé Connect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisissez une identité")
    look(page, "identites")
    page.get_by_role("button", name="Camille Régulier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Conditions d’utilisation")
    look(page, "conditions")
    page.get_by_role("button", name="Accepter et continuer").click()
    accepted = page.get_by_role("checkbox", name="J’ai lu ces conditions")
    expect(accepted).to_have_accessible_description(re.compile("^Cochez cette case pour accepter les conditions"))
    look(page, "conditions-refusees")
    tick(accepted)
    page.get_by_role("button", name="Accepter et continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’avez pas encore de droit sur ce portail")
    look(page, "sans-droit")
    page.get_by_role("link", name="Mon compte").first.click()
    look(page, "compte")
    page.get_by_role("button", name="Déconnexion").click()
    expect(page.get_by_text("Votre session Pro Santé Connect est fermée également.")).to_be_visible()
    look(page, "au-revoir")


def test_a_local_account_signs_in_with_its_code(page):
    with_totp(local_professional("garde@samu.example"))
    page.goto("/compte/")
    page.get_by_label("Courriel").fill("garde@samu.example")
    page.get_by_label("Mot de passe", exact=True).fill("faux")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_have_text("L’adresse e-mail ou le mot de passe sont incorrects.")
    look(page, "connexion-refusee")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    look(page, "second-facteur")
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon compte")
    for name, address in (("sessions", "/comptes/sessions/"), ("facteurs", "/comptes/2fa/")):
        page.goto(address)
        look(page, name)


def test_a_passkey_is_a_second_factor(page):
    local_professional("garde@samu.example")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
               "hasUserVerification": True, "isUserVerified": True}  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/compte/")
    page.goto(page.url.replace("127.0.0.1", "localhost"))  # an address is no name a passkey can belong to
    page.get_by_label("Courriel").fill("garde@samu.example")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second facteur")
    look(page, "facteur-obligatoire")
    page.get_by_role("link", name="Ajouter une clé").click()
    page.get_by_role("button", name="Enregistrer la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    look(page, "codes-de-secours")
    page.get_by_role("link", name="Aller à l’accueil").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’avez pas encore de droit sur ce portail")
    page.get_by_role("button", name="Déconnexion").click()
    page.goto(page.url.replace("/au-revoir/", "/connexion/"))
    page.get_by_label("Courriel").fill("garde@samu.example")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Utiliser ma clé de sécurité").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’avez pas encore de droit sur ce portail")


def test_the_end_of_a_session_is_announced_and_can_be_put_off(page, settings):
    settings.SESSION_IDLE_SECONDS = 100
    choose_camille(page)
    dialog = page.get_by_role("dialog", name="Votre session va expirer")
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Rester connecté")).to_be_focused()
    look(page, "session-avertissement")
    settings.SESSION_IDLE_SECONDS = 1800
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_an_ended_session_offers_to_come_back_to_the_same_page(page, settings):
    professional("899700000013")
    settings.SESSION_IDLE_SECONDS = 100
    choose_camille(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    settings.SESSION_IDLE_SECONDS = 0
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("dialog", name="Votre session est terminée")).to_be_visible()
    settings.SESSION_IDLE_SECONDS = 1800
    page.get_by_role("button", name="Me reconnecter").click()
    expect(page.get_by_text("Votre session a pris fin.")).to_be_visible()
    assert page.url.endswith("/connexion/?next=%2F")


def test_the_administration_works_under_our_policy(page):
    professional("899700000021", Role.ADMIN)
    page.goto("/admin/")
    page.get_by_role("link", name="S’identifier avec Pro Santé Connect").click()
    page.get_by_role("button", name="Alix Serveur").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Administration")
    page.goto("/admin/accounts/rolegrant/add/")
    expect(page.get_by_role("combobox").first).to_be_visible()
    if SCREENSHOTS:
        page.screenshot(path=str(Path(SCREENSHOTS) / "administration.png"), full_page=True)
