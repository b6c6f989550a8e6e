"""Pages of account managers in a real Chromium: keyboard alone, no script, narrow, dark, accessibility rules."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from sasportal.accounts import grants
from sasportal.accounts.models import RegulatorKind, Role, RoleGrant, User
from tests.accounts import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/regulateurs/"


@pytest.fixture
def maxence(live_portal) -> User:
    return cast.manager(cast.BOTH)


@pytest.fixture
def regulators(maxence: User) -> list[User]:
    """Sixty of them; the first ones in each state, one with many rights and a long name."""
    now, old = timezone.now(), timezone.now() - timedelta(days=255)
    people = [
        cast.regulator(f"8997000{n:05}", given="Éléonore", family=f"Régulier {n:02}", kind=list(RegulatorKind)[n % 3])
        for n in range(60)
    ]
    User.objects.filter(pk__in=[user.pk for user in people[5:]]).update(last_login=now)
    User.objects.filter(pk=people[1].pk).update(date_joined=old, last_login=old, warned_at=now)
    grants.suspend(actor="system", user=people[2])
    grants.revoke(actor="system", given=people[3].grants.get())
    User.objects.filter(pk=people[4].pk).update(
        last_name="Vandenberghe-Castelnau de la Rochefoucauld", email="prenom.compose.nom-tres-long@samu47.example",
        national_id=None, last_login=now,
    )  # fmt: skip
    for territory in (cast.GIRONDE, cast.BOTH):
        grants.grant(
            actor="system", user=people[4], role=Role.REGULATOR, regulator_kind="ioa",
            territory=cast.territory(*territory),
        )  # fmt: skip
    return people


@pytest.fixture
def page(context_of: Callable[..., BrowserContext], maxence: User) -> Page:
    opened = context_of(maxence, viewport={"width": 1280, "height": 900}).new_page()
    opened.set_default_timeout(10_000)
    return opened


def addresses(people: list[User]) -> dict[str, str]:
    long = f"{LIST}{people[4].technical_id}/"
    return {
        "list": LIST, "list-filtered": f"{LIST}?texte=regulier&etat=suspendu", "list-nobody": f"{LIST}?texte=zzz",
        "create": f"{LIST}nouveau/", "detail": f"{LIST}{people[0].technical_id}/", "detail-long": long,
        "detail-suspended": f"{LIST}{people[2].technical_id}/", "suspend": f"{long}suspendre/",
        "right": f"{long}droits/nouveau/", "attach": f"{long}identifiant/",
        "address": f"{LIST}{people[0].technical_id}/adresse/", "account": "/compte/",
    }  # fmt: skip


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("name", "options"), [
    ("wide", {"viewport": {"width": 1280, "height": 900}}),
    ("phone", {"viewport": {"width": 320, "height": 700}}),
    ("dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}),
])  # fmt: skip
def test_every_page_fits_and_follows_the_rules(
    context_of: Callable[..., BrowserContext], maxence: User, regulators: list[User], name: str, options: dict,
    violations, shot,
) -> None:  # fmt: skip
    page = context_of(maxence, **options).new_page()
    for what, address in addresses(regulators).items():
        page.goto(address)
        shot(page, f"accounts-{name}-{what}")
        assert (what, overflow(page), violations(page)) == (what, 0, [])


def test_a_regulator_is_created_by_keyboard_alone(page: Page, violations, shot) -> None:
    cast.territory(*cast.LOT)
    page.goto(LIST)
    page.get_by_role("link", name="Nouveau régulateur").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Nom", exact=True).focus()
    page.keyboard.type("Durand")
    page.keyboard.press("Tab")
    page.keyboard.type("Zoé")
    page.keyboard.press("Tab")
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    field = page.get_by_label("Identifiant national")
    expect(page.get_by_role("alert")).to_have_text("Rien n’a été enregistré : corrigez ce qui est signalé ci-dessous.")
    expect(field).to_have_attribute("aria-invalid", "true")
    shot(page, "accounts-create-errors")
    assert violations(page) == []
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("99700000013")
    page.keyboard.press("Tab")
    page.keyboard.type("zoe@samu47.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Lot")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoé Durand")
    assert RoleGrant.objects.get(user__national_id="899700000013").territory.name.startswith("Lot-et-Garonne")


def test_without_a_script_everything_is_there(
    context_of: Callable[..., BrowserContext], maxence: User, regulators: list[User]
) -> None:
    page = context_of(maxence, java_script_enabled=False).new_page()
    page.goto(LIST)
    page.get_by_label("Nom, identifiant ou adresse").fill("regulier 07")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("link", name="Éléonore Régulier 07").click()
    page.get_by_role("link", name="Suspendre le compte").click()
    page.get_by_role("button", name="Suspendre le compte").click()
    expect(page.get_by_text("Suspendu", exact=True)).to_be_visible()
    assert User.objects.get(pk=regulators[7].pk).is_active is False


def test_the_list_turns_its_pages_and_keeps_its_filter(page: Page, regulators: list[User]) -> None:
    page.goto(f"{LIST}?texte=regulier")
    expect(page.get_by_role("status").filter(has_text="59 comptes")).to_be_visible()
    page.get_by_role("link", name="Page suivante").click()
    expect(page.get_by_text("Page 2 sur 2")).to_be_visible()
    expect(page.get_by_label("Nom, identifiant ou adresse")).to_have_value("regulier")


def test_the_administrators_first_page(
    context_of: Callable[..., BrowserContext], live_portal, violations, shot
) -> None:
    page = context_of(cast.admin(), viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Administration")
    shot(page, "accounts-administration")
    assert (overflow(page), violations(page)) == (0, [])
    page.get_by_role("link", name="Comptes des régulateurs").click()
    expect(page.get_by_role("navigation", name="Vous êtes ici").get_by_text("Administration")).to_be_visible()
