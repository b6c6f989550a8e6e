"""A patient's account in a real Chromium: signing up, the second factor, the devices, leaving for good."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from playwright.sync_api import BrowserContext, Page, expect

from sasportal.accounts.models import User
from sasportal.accounts.patients.mails import address_to_confirm
from tests.accounts.people import PASSWORD, code_now, patient
from tests.chromium import tick
from tests.live import Live
from tests.patients_accounts.cast import ADDRESS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, PHONE = {"viewport": {"width": 1280, "height": 900}}, {"viewport": {"width": 320, "height": 700}}


def overflow(page: Page) -> int:
    """Pixels beyond the right edge, once the styles are there."""
    page.wait_for_load_state("load")
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("how", "options"), [("wide", WIDE | {"color_scheme": "dark"}), ("phone", PHONE | {"java_script_enabled": True})]
)
def test_from_signing_up_to_deleting_the_account(
    context_of: Callable[..., BrowserContext],
    live_processes: Live,
    transactional_db,
    how: str,
    options: dict,
    shot,
    violations,
) -> None:
    page = context_of(None, **options).new_page()

    def look(name: str) -> None:
        assert overflow(page) == 0, name
        assert violations(page) == [], name
        shot(page, f"patient-{name}-{how}")

    page.goto("/patient/compte/historique")
    look("connexion")
    page.get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Adresse électronique").fill(ADDRESS)
    page.get_by_label("Mot de passe", exact=False).first.fill("court")
    page.get_by_role("button", name="Créer mon compte").click()
    field = page.get_by_label("Mot de passe", exact=False).first
    expect(field).to_have_attribute("aria-invalid", "true")
    look("inscription-refusee")
    field.fill(PASSWORD)
    page.get_by_label("Le même mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez votre adresse")
    look("adresse-a-confirmer")
    page.goto(confirmation())
    look("adresse")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui a été fait avec mon compte")
    look("historique")
    page.get_by_role("link", name="Mon compte").last.click()
    look("compte")
    page.get_by_role("link", name="Télécharger mes données").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second facteur")
    look("second-facteur")
    page.get_by_role("link", name="Configurer une application").click()
    look("application")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.content()).group(1)
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    look("codes")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Continuer").click()
    assert taken.value.suggested_filename == "mes-donnees.json"
    page.goto("/patient/compte/appareils/")
    look("appareils")
    page.goto("/patient/compte/supprimer")
    page.get_by_role("button", name="Supprimer mon compte").click()
    look("supprimer-refuse")
    tick(page.get_by_role("checkbox"))
    page.get_by_role("button", name="Supprimer mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre compte est supprimé")
    look("supprime")
    assert User.objects.exists() is False


def confirmation() -> str:
    """The link of the mail, which the portal's own worker sent to its console: sent once more, to read it here."""
    mail.outbox.clear()
    address_to_confirm(address_id=EmailAddress.objects.get().pk)
    return re.search(r"http://127.0.0.1:8000(/patient/\S+)", mail.outbox[0].body).group(1)


def test_a_passkey_is_a_second_factor(context_of: Callable[..., BrowserContext], live_portal: Live) -> None:
    patient(ADDRESS)
    page = context_of(None, **WIDE).new_page()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
               "hasUserVerification": True, "isUserVerified": True}  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(live_portal.url.replace("127.0.0.1", "localhost") + "/patient/compte/second-facteur")
    page.get_by_label("Adresse électronique").fill(ADDRESS)
    page.get_by_role("textbox", name="Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("link", name="Ajouter une clé").click()
    page.get_by_role("button", name="Enregistrer la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    page.get_by_role("link", name="Continuer").click()
    page.get_by_role("button", name="Me déconnecter").click()
    page.get_by_role("link", name="Se reconnecter").click()
    page.get_by_label("Adresse électronique").fill(ADDRESS)
    page.get_by_role("textbox", name="Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Utiliser ma clé de sécurité").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon compte")
