"""The request in a real Chromium: keyboard alone, no script, narrow, dark, the accessibility rules in each state."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from directory.models import RegistrationRequest
from directory.registration import drafts
from sasportal.accounts.models import User
from tests.chromium import tick
from tests.registration import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/inscriptions/"
STATES = ["draft", "submitted", "in_review", "needs_information", "approved", "rejected", "abandoned"]
SCREENS = [
    ("wide", {"viewport": {"width": 1280, "height": 900}}),
    ("phone", {"viewport": {"width": 320, "height": 700}}),
    ("dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}),
]


@pytest.fixture
def maxence(live_portal) -> User:
    cast.territory(*cast.LOT)
    cast.structure()
    cast.structure("470000020", "SAMU annexe de Marmande au nom particulièrement long, pavillon des urgences")
    return cast.manager(cast.BOTH)


@pytest.fixture
def alix(live_portal) -> User:
    return cast.admin()


@pytest.fixture
def page(context_of: Callable[..., BrowserContext], maxence: User) -> Page:
    opened = context_of(maxence, viewport={"width": 1280, "height": 900}).new_page()
    opened.set_default_timeout(10_000)
    return opened


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def looked_at(page: Page, address: str, name: str, violations, shot) -> None:
    page.goto(address)
    shot(page, name)
    assert (name, overflow(page), violations(page)) == (name, 0, [])


@pytest.mark.parametrize(("name", "options"), SCREENS)
def test_every_page_of_the_manager(
    context_of: Callable[..., BrowserContext], maxence: User, alix: User, name: str, options: dict, violations, shot
) -> None:
    requests = {state: cast.in_state(state, maxence, alix, **cast.somebody(n)) for n, state in enumerate(STATES)}
    draft = requests["draft"]
    page = context_of(maxence, **options).new_page()
    looked_at(page, LIST, f"registration-{name}-list", violations, shot)
    looked_at(page, f"{LIST}?etat=rejetees&texte=zzz", f"registration-{name}-list-empty", violations, shot)
    looked_at(page, f"{LIST}nouvelle/", f"registration-{name}-new", violations, shot)
    for slug in ("etat-civil", "contact", "situation", "certification"):
        looked_at(page, f"{LIST}{draft.pk}/etape/{slug}/", f"registration-{name}-{slug}", violations, shot)
    looked_at(page, f"{LIST}{draft.pk}/recapitulatif/", f"registration-{name}-recap", violations, shot)
    looked_at(page, f"{LIST}{draft.pk}/abandonner/", f"registration-{name}-abandon", violations, shot)
    for state, request in requests.items():
        looked_at(page, f"{LIST}{request.pk}/", f"registration-{name}-detail-{state}", violations, shot)
    drafts.save_answers(request=draft, answers=dict.fromkeys(cast.answers(), ""))
    for slug in ("etat-civil", "contact", "situation", "certification"):
        looked_at(page, f"{LIST}{draft.pk}/etape/{slug}/", f"registration-{name}-{slug}-errors", violations, shot)
    looked_at(page, f"{LIST}{draft.pk}/recapitulatif/", f"registration-{name}-recap-missing", violations, shot)
    back = requests["needs_information"]
    looked_at(page, f"{LIST}{back.pk}/etape/contact/", f"registration-{name}-question", violations, shot)


@pytest.mark.parametrize(("name", "options"), SCREENS)
def test_every_page_of_the_administrator(
    context_of: Callable[..., BrowserContext], maxence: User, alix: User, name: str, options: dict, violations, shot
) -> None:
    request = cast.in_state("in_review", maxence, alix)
    cast.submitted(maxence, **cast.somebody(1))
    page = context_of(alix, **options).new_page()
    looked_at(page, f"{LIST}?etat=a-examiner", f"review-{name}-list", violations, shot)
    looked_at(page, f"{LIST}{request.pk}/", f"review-{name}-detail", violations, shot)
    for act in ("demander", "valider", "rejeter"):
        looked_at(page, f"{LIST}{request.pk}/{act}/", f"review-{name}-{act}", violations, shot)
    page.goto(f"{LIST}{request.pk}/rejeter/")
    page.get_by_role("button", name="Rejeter la demande").click()
    expect(page.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    shot(page, f"review-{name}-errors")
    assert violations(page) == []


def test_the_whole_request_by_keyboard_alone(page: Page, violations, shot) -> None:
    press = page.keyboard.press
    page.goto(LIST)
    page.get_by_role("link", name="Nouvelle demande").focus()
    press("Enter")
    page.get_by_label("Madame").focus()
    press("Space")
    for words in ("Lagarde", "Zoé"):
        press("Tab")
        page.keyboard.type(words)
    press("Tab")
    page.keyboard.type("24111985")
    page.get_by_label("Lieu de naissance").focus()
    page.keyboard.type("Agen")
    press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Étape 2 sur 5")
    page.get_by_label("Adresse électronique").focus()
    page.keyboard.type("zoe.lagarde@samu47.example")
    press("Tab")
    page.keyboard.type("0553001234")
    press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Étape 3 sur 5")
    page.get_by_label("Chercher la structure").focus()
    page.keyboard.type("samu")
    press("Enter")
    expect(page.get_by_role("radio", name="SAMU 47")).to_be_attached()
    shot(page, "registration-search")
    assert violations(page) == []
    page.get_by_role("radio", name="SAMU 47").focus()
    press("Space")
    page.get_by_label("Médecin régulateur").focus()
    press("Space")
    page.get_by_label("Territoire").focus()
    page.keyboard.type("Lot-et-Garonne")
    page.get_by_role("button", name="Continuer").focus()
    press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Étape 4 sur 5")
    page.get_by_role("checkbox").focus()
    press("Space")
    press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Étape 5 sur 5")
    page.get_by_role("button", name="Envoyer la demande").focus()
    press("Enter")
    expect(page.get_by_text("La demande est envoyée sous le numéro P20")).to_be_visible()
    sent = RegistrationRequest.objects.get()
    assert (sent.state, str(sent.birth_date), sent.kind) == ("submitted", "1985-11-24", "physician")


def test_without_a_script_everything_is_there(context_of: Callable[..., BrowserContext], maxence: User) -> None:
    page = context_of(maxence, java_script_enabled=False).new_page()
    page.goto(f"{LIST}nouvelle/")
    tick(page.get_by_label("Monsieur"))
    page.get_by_label("Nom", exact=False).first.fill("Durand")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Indiquez le prénom.")).to_be_visible()
    page.get_by_label("Prénom").fill("Paul")
    page.get_by_label("Date de naissance").fill("02/01/1980")
    page.get_by_label("Lieu de naissance").fill("Auch")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Adresse électronique").fill("paul.durand@samu47.example")
    page.get_by_role("button", name="Précédent").click()
    expect(page.get_by_label("Lieu de naissance")).to_have_value("Auch")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_label("Adresse électronique")).to_have_value("paul.durand@samu47.example")
    page.get_by_label("Téléphone").fill("05 53 00 12 34")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Chercher la structure").fill("470000012")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("radio", name="SAMU 47")).to_be_checked()
    tick(page.get_by_label("Opérateur de soins non programmés"))
    page.get_by_label("Territoire").select_option("Lot-et-Garonne")
    page.get_by_role("button", name="Continuer").click()
    tick(page.get_by_role("checkbox"))
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_text("La demande est envoyée sous le numéro P20")).to_be_visible()


def test_an_error_is_tied_to_its_field(page: Page, violations) -> None:
    page.goto(f"{LIST}nouvelle/")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Vos réponses sont gardées, mais certaines sont à corriger ou à compléter."
    )
    described = page.get_by_label("Lieu de naissance").get_attribute("aria-describedby")
    expect(page.locator(f"[id='{described}']")).to_have_text("Indiquez le lieu de naissance.")
    assert violations(page) == []
