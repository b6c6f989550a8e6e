"""The board in a real Chromium: it lives, it can be read at 320 px and by keyboard, the switch is two steps away."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from agenda.models import Editor, Outcome
from agenda.supervision.anomalies import Fault, observe
from agenda.supervision.models import Severity
from sasportal.accounts.models import User
from tests.live import Live
from tests.supervision import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOARD = "/supervision/"


@pytest.fixture
def editors(live_portal: Live) -> list[Editor]:
    found = [cast.editor(name) for name in ("Alpha", "Beta", "Gamma")]
    now = timezone.now()
    for minutes in range(0, 60, 5):
        cast.calls(found[0], 30, at=cast.ago(now, minutes=minutes), ms=90 + 6 * minutes, slots=4)
    cast.calls(found[1], 30, at=now, outcome=Outcome.TIMEOUT, ms=6500, rejects={"bad_instant": 1})
    faults = [
        Fault(rule="silent", severity=Severity.BLOCKING, sentence="Aucune réponse en un quart d’heure : 30 appels."),
        Fault(rule="reject", detail="bad_instant", severity=Severity.MINOR, sentence="Instant malformé : 30 fois.",
              example="Bundle.entry[3].resource.start"),
    ]  # fmt: skip
    observe(found[1].pk, faults, now=cast.ago(now, days=6))
    return found


@pytest.fixture
def page(editors: list[Editor], admin: User, context_of: Callable[..., BrowserContext]) -> Page:
    opened = context_of(admin, viewport={"width": 1360, "height": 900}).new_page()
    opened.set_default_timeout(15_000)
    return opened


def test_the_board_lives_and_its_switch_asks_why(page: Page, editors: list[Editor], shot, violations) -> None:
    page.goto(BOARD)
    beta = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Beta")).first
    expect(beta).to_contain_text("En panne")
    shot(page, "supervision-board")
    assert violations(page) == []
    cast.calls(editors[2], 7, at=timezone.now())
    gamma = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Gamma")).first
    expect(gamma).to_contain_text("7 appels".replace(" ", "\u00a0"), timeout=30_000)
    page.get_by_role("link", name="Couper Beta").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Couper").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Pourquoi ?")).to_have_accessible_description("Dites pourquoi, en une phrase.")
    assert violations(page) == []
    page.get_by_label("Pourquoi ?").fill("Ne répond plus depuis ce matin")
    page.keyboard.press("Enter")
    expect(page.get_by_text("n’est plus interrogé, dès maintenant")).to_be_visible()
    expect(page.get_by_text("Ne répond plus depuis ce matin")).to_be_visible()
    shot(page, "supervision-editor-off")
    assert violations(page) == []


def test_narrow_and_dark(
    editors: list[Editor], admin: User, context_of: Callable[..., BrowserContext], shot, violations
) -> None:
    page = context_of(admin, viewport={"width": 320, "height": 700}, color_scheme="dark").new_page()
    for address, name in ((BOARD, "board"), (f"{BOARD}editeurs/{editors[1].pk}/?periode=24h", "editor")):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        shot(page, f"supervision-{name}-320")
        assert violations(page) == []
