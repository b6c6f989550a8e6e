"""The matrix in a real Chromium, with a real worker behind it: fits, follows the rules, keyboard, no script."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from agenda.models import Editor, EditorState
from sasportal.accounts import grants
from sasportal.accounts.models import User
from sasportal.sandbox.editors.editor import Editor as FakeEditor
from tests.accounts import cast
from tests.editor_accounts.cast import held, known, regulator, state, taker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MATRIX = "/regulateurs/comptes-editeurs/"
REFUSAL = "Cette adresse est celle d’un autre compte actif. "
LONG = "Vandenberghe-Castelnau de la Rochefoucauld"


@pytest.fixture
def alix(live_portal) -> User:
    return cast.admin()


@pytest.fixture
def regulators(at_alpha: Editor, alix: User) -> list[User]:
    """Thirty of them at five editors, the first in each state, one with a long name, one refused at length."""
    now = timezone.now()
    editors = [at_alpha, *(taker(name=name) for name in ("Béta Rendez-vous", "Gamma Planning", "Delta Cabinet"))]
    editors.append(taker(name="Epsilon", state=EditorState.OFF))
    people = [
        regulator(f"8997000001{n:02}", email=f"r{n}@samu47.example", family=f"Régulier {n:02}") for n in range(30)
    ]
    User.objects.filter(pk=people[4].pk).update(last_name=LONG, email="")
    grants.suspend(actor="system", user=people[5])
    for n, user in enumerate(people[:25]):
        here = state(value=user.national_id, family=user.last_name, email=user.email).as_json()
        for at, editor in enumerate(editors):
            if n == 3 and at < 2:
                known(
                    user,
                    editor,
                    refused=here,
                    message="Cette adresse est celle d’un autre compte actif. " * at + "Non.",
                )
            elif n == 2:
                known(user, editor, asked_at=now, message="L’éditeur n’a pas répondu à temps.")
            else:
                known(user, editor, known=here, known_at=now)
    return people


def thirty() -> list[User]:
    return [regulator(f"8997000001{n:02}", email=f"r{n}@samu47.example", family=f"Régulier {n:02}") for n in range(30)]


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("name", "options"), [
    ("wide", {"viewport": {"width": 1280, "height": 900}}),
    ("phone", {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"}),
])  # fmt: skip
def test_every_page_fits_and_follows_the_rules(
    context_of: Callable[..., BrowserContext], alix: User, regulators: list[User], name: str, options: dict,
    violations, shot,
) -> None:  # fmt: skip
    page = context_of(alix, **options).new_page()
    addresses = {
        "matrix": MATRIX,
        "failed": f"{MATRIX}?etat=en-echec",
        "regulator": f"/regulateurs/{regulators[3].technical_id}/",
    }
    for what, address in addresses.items():
        page.goto(address)
        shot(page, f"editor-accounts-{name}-{what}")
        assert (what, overflow(page), violations(page)) == (what, 0, [])


def test_a_refused_account_is_found_and_sent_again_by_keyboard_without_a_script(
    context_of: Callable[..., BrowserContext], alix: User, regulators: list[User], alpha: FakeEditor
) -> None:
    page = context_of(alix, java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_role("link", name="Comptes chez les éditeurs").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("État").select_option("en-echec")
    page.get_by_role("button", name="Filtrer").press("Enter")
    page.get_by_role("link", name="Camille Régulier 03").press("Enter")
    row = page.get_by_role("row", name="Alpha")
    expect(row.get_by_text("En échec")).to_be_visible()
    row.get_by_role("button", name="Renvoyer à Alpha").press("Enter")
    expect(page.get_by_text("Le compte est envoyé à Alpha.")).to_be_visible()
    for _ in range(50):
        if row.get_by_text("À jour").is_visible():
            break
        page.wait_for_timeout(200)
        page.goto(f"/regulateurs/{regulators[3].technical_id}/")
    expect(row.get_by_text("À jour")).to_be_visible()
    assert [one[:2] for one in held(alpha) if one[2] == "Régulier 03"] == [("899700000103", True)]
