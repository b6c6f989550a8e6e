"""The own agenda in a real Chromium: keyboard alone, no script, 320 px, the accessibility rules."""

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from agenda.own import series
from agenda.own.models import Occurrence
from sasportal.accounts.models import User
from tests.chromium import tick
from tests.own_agenda import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AGENDA = f"/effecteur/{cast.ANNE}/agenda/"


@pytest.fixture
def effector(live_portal) -> User:
    cast.practitioner()
    return cast.effector()


@pytest.fixture
def filled(effector: User) -> None:
    """Tomorrow and every week: a range of six with two patients sent there, and a slot."""
    tomorrow = (timezone.now().astimezone(ZoneInfo("Europe/Paris")) + timedelta(days=1)).date()
    weekly = cast.weekly(first_day=tomorrow, weekdays=(tomorrow.weekday(),), last_day=None, exceptions=())
    series.open_series(actor=effector, national_id=cast.ANNE, plan=weekly)
    Occurrence.objects.filter(day=tomorrow).update(taken=2)
    slot = cast.plan(place_key=cast.MESURE, first_day=tomorrow + timedelta(days=1))
    series.open_series(actor=effector, national_id=cast.ANNE, plan=slot)


@pytest.fixture
def page(context_of: Callable[..., BrowserContext], effector: User) -> Page:
    opened = context_of(effector, viewport={"width": 1280, "height": 900}).new_page()
    opened.set_default_timeout(10_000)
    return opened


def next_monday() -> str:
    today = timezone.now().astimezone(ZoneInfo("Europe/Paris")).date()
    return (today + timedelta(days=7 - today.weekday())).isoformat()


def week_of(row: Occurrence) -> str:
    year, week, _ = row.day.isocalendar()
    return f"{AGENDA}?semaine={year}-W{week:02}"


def test_a_weekly_range_by_keyboard_alone(page: Page, violations, shot) -> None:
    page.goto(f"{AGENDA}nouveau/?jour={next_monday()}&debut=09:00&fin=11:00")
    assert violations(page) == []
    shot(page, "own-new")
    expect(page.get_by_label("Nombre de patients")).to_be_hidden()
    page.get_by_label("Un créneau, pour un patient").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Nombre de patients")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("6")
    page.get_by_label("Répétition").focus()
    page.keyboard.type("Toutes")
    page.get_by_label("Mardi").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Voir les premières dates").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ce qui sera proposé")).to_be_visible()
    expect(page.get_by_text(re.compile("Tous les mardis de 9.h à 11.h"))).to_be_visible()
    expect(page.locator(".own-preview")).to_be_focused()
    assert violations(page) == []
    shot(page, "own-preview")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("C’est enregistré")).to_be_visible()
    assert Occurrence.objects.count() == 13


def test_without_a_script_everything_is_there(
    context_of: Callable[..., BrowserContext],
    effector: User,
) -> None:
    page = context_of(effector, java_script_enabled=False).new_page()
    page.goto(f"{AGENDA}nouveau/")
    tick(page.get_by_label("Une plage, pour plusieurs patients"))
    page.get_by_label("Nombre de patients").fill("3")
    page.get_by_role("textbox", name="Jour", exact=True).fill(next_monday())
    page.get_by_label("Début").fill("09:00")
    page.get_by_role("textbox", name=re.compile("^Fin")).fill("09:10")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Les horaires vont de quart d'heure en quart d'heure")).to_be_visible()
    page.get_by_role("textbox", name=re.compile("^Fin")).fill("10:00")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("0 sur 3")).to_be_visible()


def test_an_error_is_focused_and_said(page: Page, violations) -> None:
    page.goto(f"{AGENDA}nouveau/?jour={next_monday()}&debut=09:00&fin=08:00")
    page.get_by_role("button", name="Enregistrer").click()
    field = page.get_by_role("textbox", name=re.compile("^Fin"))
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("La fin doit suivre le début, le même jour.")
    assert violations(page) == []


def test_the_week_as_a_list_on_a_phone(
    context_of: Callable[..., BrowserContext],
    effector: User,
    filled: None,
    violations,
    shot,
) -> None:
    page = context_of(effector, viewport={"width": 320, "height": 700}).new_page()
    row = Occurrence.objects.earliest("start")
    for address in (week_of(row), f"{AGENDA}nouveau/", f"{AGENDA}{row.pk}/", f"{AGENDA}{row.pk}/supprimer/",
                    f"{AGENDA}adresse/"):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        assert violations(page) == []
        shot(page, "own-phone-" + re.sub(r"\W+", "-", address.removeprefix(AGENDA)))


def test_the_grid_draws_a_new_range(page: Page, filled: None, violations, shot) -> None:
    row = Occurrence.objects.earliest("start")
    page.goto(week_of(row))
    expect(page.get_by_text("2 sur 6").first).to_be_visible()
    shot(page, "own-list")
    page.get_by_role("button", name="Grille").click()
    expect(page.get_by_role("button", name="Grille")).to_have_attribute("aria-pressed", "true")
    assert violations(page) == []
    shot(page, "own-grid")
    column = page.locator(f'[data-own-day="{row.day.isoformat()}"] .own-day__lines')
    column.scroll_into_view_if_needed()
    box = column.bounding_box()
    hour = box["height"] / 14  # from 7 h to 21 h
    page.mouse.move(box["x"] + 20, box["y"] + 6 * hour + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 7.5 * hour - 2, steps=4)
    page.mouse.up()
    expect(page.get_by_role("textbox", name="Jour", exact=True)).to_have_value(row.day.isoformat())
    expect(page.get_by_label("Début")).to_have_value("13:00")
    expect(page.get_by_role("textbox", name=re.compile("^Fin"))).to_have_value("14:30")


def test_changing_a_series_asks_how_far(page: Page, filled: None, violations, shot) -> None:
    page.goto(f"{AGENDA}{Occurrence.objects.filter(series__rule__gt='', taken=0).earliest('start').pk}/")
    expect(page.get_by_label("Cette date seulement")).to_be_checked()
    expect(page.get_by_label("Répétition")).to_be_hidden()
    tick(page.get_by_label("Cette date et les suivantes"))
    expect(page.get_by_label("Répétition")).to_be_visible()
    assert violations(page) == []
    shot(page, "own-change")
