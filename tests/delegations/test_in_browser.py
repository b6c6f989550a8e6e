"""Delegations and declarations in a real Chromium."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from directory.models import Practitioner
from directory.participation import Declaration, declare
from sasportal.accounts.models import Role, User
from tests.chromium import tick
from tests.communities import cast
from tests.directory.people import place
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ANNE = cast.rpps(1)
WIDE, PHONE = {"viewport": {"width": 1280, "height": 900}}, {"viewport": {"width": 320, "height": 700}}


@pytest.fixture
def anne(live_portal: Live) -> User:
    cast.structures()
    cast.practitioner(1, family="TENUE", given="Anne")
    return cast.person(ANNE, Role.EFFECTOR, name=("Anne", "Tenue"))


@pytest.fixture
def dana(anne: User) -> User:
    return cast.person("3990000001/SEC0001", name=("Dana", "Secrétaire"))


def overflow(page: Page) -> int:
    """Pixels beyond the right edge, once the styles are there."""
    page.wait_for_load_state("load")
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("how", "options"), [("wide", WIDE), ("phone", PHONE), ("dark", WIDE | {"color_scheme": "dark"})]
)
def test_from_asking_to_the_end_on_both_sides(
    context_of: Callable[..., BrowserContext], anne: User, dana: User, how: str, options: dict, shot, violations
) -> None:
    hers, his = context_of(anne, **options).new_page(), context_of(dana, **options).new_page()

    def look(page: Page, name: str) -> None:
        page.wait_for_load_state("load")
        shot(page, f"del-{how}-{name}")
        assert (name, overflow(page), violations(page)) == (name, 0, [])

    hers.goto(f"/effecteur/{ANNE}/delegues/")
    look(hers, "empty")
    hers.get_by_role("button", name="Envoyer la demande").click()
    expect(hers.get_by_label("Qui agira")).to_be_focused()
    look(hers, "error")
    hers.keyboard.type("3990000001/SEC0001")
    for scope in ("Proposer et retirer des créneaux", "Tenir à jour absences"):
        hers.get_by_label(scope).focus()
        hers.keyboard.press("Space")
    hers.keyboard.press("Enter")
    expect(hers.get_by_text("La demande est enregistrée.")).to_be_visible()
    look(hers, "asked")
    his.goto("/delegations/")
    look(his, "waiting")
    his.get_by_role("button", name="Accepter d’agir pour Dr Anne TENUE").click()
    expect(his.get_by_text("Vous pouvez désormais agir pour Dr Anne TENUE.")).to_be_visible()
    look(his, "accepted")
    hers.reload()
    hers.get_by_role("link", name="Mettre fin : Dana Secrétaire").click()
    look(hers, "end")
    hers.get_by_role("button", name="Mettre fin maintenant").click()
    expect(hers.get_by_text("C’est fait, avec effet immédiat.")).to_be_visible()
    his.reload()
    his.get_by_text("Délégations passées (1)").click()
    look(his, "over")


def test_without_a_script(context_of: Callable[..., BrowserContext], anne: User, dana: User) -> None:
    page = context_of(anne, java_script_enabled=False).new_page()
    page.goto(f"/effecteur/{ANNE}/delegues/")
    page.get_by_label("Qui agira").fill("3990000001/SEC0001")
    tick(page.get_by_label("Voir les patients"))
    page.get_by_role("button", name="Envoyer la demande").click()
    page.get_by_role("link", name="Retirer : 3990000001/SEC0001").click()
    page.get_by_role("button", name="Retirer la demande").click()
    expect(page.get_by_text("C’est fait")).to_be_visible()


@pytest.mark.parametrize(
    ("how", "options"), [("wide", WIDE), ("phone", PHONE), ("dark", WIDE | {"color_scheme": "dark"})]
)
def test_declarations_and_a_history(
    context_of: Callable[..., BrowserContext], anne: User, how: str, options: dict, shot, violations
) -> None:
    place(Practitioner.objects.get(), key="C2", line="7 RUE DE LA MESURE", city="Boé")
    declare(actor="system", national_id=ANNE, declaration=Declaration(via="individual"))
    now = timezone.now()
    declare(
        actor=anne, national_id=ANNE,
        declaration=Declaration(via="cpts", structure=cast.AGENAIS, places=("C2",), ends_at=now + timedelta(days=90)),
    )  # fmt: skip
    page = context_of(cast.admin(), **options).new_page()
    page.goto("/gestion/declarations/?q=tenue")
    shot(page, f"dec-{how}-list")
    assert (overflow(page), violations(page)) == (0, [])
    page.get_by_role("link", name="Dr Anne TENUE").first.click()
    expect(page.get_by_role("heading", name="Déclarations de Dr Anne TENUE")).to_be_visible()
    shot(page, f"dec-{how}-history")
    assert (overflow(page), violations(page)) == (0, [])
    page.goto("/gestion/declarations/?q=personne")
    assert (overflow(page), violations(page)) == (0, [])
