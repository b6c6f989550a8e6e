"""The wizard and what follows in a real Chromium: keyboard, no script, narrow, large, dark, accessibility rules."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from agenda.models import Editor
from booking.patients import changing, people
from booking.patients.models import Booking, BookingState
from sasportal.accounts.models import Role, User
from tests.chromium import tick
from tests.own_agenda.cast import person
from tests.patient_booking import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [
    ("wide", {"viewport": {"width": 1280, "height": 900}}),
    ("phone", {"viewport": {"width": 320, "height": 700}}),
    ("dark", {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}),
]


@pytest.fixture
def zoe(live_portal) -> User:
    cast.anne()
    return cast.patient()


def opened_for(context_of: Callable[..., BrowserContext], live_portal, user: User | None, **options) -> BrowserContext:
    """A browser of this patient that made the search `one`."""
    context = context_of(None, **options)
    session = cast.browser(user).cookies["sas_session"].value
    context.add_cookies([{"name": "sas_session", "value": session, "url": live_portal.url}])
    context.set_default_timeout(10_000)
    return context


def chosen(row: cast.Occurrence) -> str:
    """Where choosing this slot leads, of a search that found it."""
    return cast.start_url(cast.search_for().id, row)


def looked_at(page: Page, name: str, violations, shot) -> None:
    shot(page, name)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (name, overflow, violations(page)) == (name, 0, [])


@pytest.mark.parametrize(("name", "options"), SCREENS)
def test_every_page_and_state(context_of, live_portal, zoe: User, name: str, options: dict, violations, shot) -> None:
    page = opened_for(context_of, live_portal, zoe, **options).new_page()

    def look(what: str, address: str = "") -> None:
        if address:
            page.goto(address)
        looked_at(page, f"patient-{name}-{what}", violations, shot)

    row = cast.offered()
    look("1-slot", chosen(row))
    page.get_by_role("link", name="Continuer").click()
    look("2-who")
    page.get_by_role("button", name="Continuer").click()
    look("2-who-error")
    first = page.url.removesuffix("pour-qui")
    page.goto(f"{first}pour-qui/moi")
    page.get_by_role("button", name="Continuer").click()
    look("2-identity-error")
    draft = cast.Draft.objects.get()
    cast.filled(draft, zoe)
    look("3-reason", f"{first}motif")
    look("4-check", f"{first}verifier")
    page.get_by_role("button", name="Confirmer le rendez-vous").click()
    look("confirmed")
    booking = Booking.objects.get()
    here = f"/patient/rendez-vous/{booking.pk}/"
    later = cast.offered(start=cast.later(30))
    cast.booked(zoe, cast.offered(start=cast.later(50)), cast.LOU)
    look("cancel", f"{here}annuler")
    look("move", f"{here}deplacer")
    look("list", "/patient/rendez-vous/")
    people.invite_adult(
        account=zoe, email="mamie@exemple.example", scopes=["see", "book"], ends_on=cast.later(24 * 90).date()
    )
    look("relatives", "/patient/rendez-vous/proches/")
    look("child", "/patient/rendez-vous/proches/enfant")
    look("help", "/patient/rendez-vous/proches/aider")
    changing.cancel(actor=zoe, booking=booking)
    look("cancelled", here)
    search = cast.search_for()
    cast.begun(later, browser="two")
    look("gone", cast.start_url(search.id, later))
    look("expired", "/patient/rendez-vous/nouveau")
    doctor = context_of(person(cast.ANNE, Role.EFFECTOR), **options).new_page()
    doctor.goto(f"/effecteur/{cast.ANNE}/rendez-vous/")
    looked_at(doctor, f"patient-{name}-practice", violations, shot)


def test_twice_as_large_nothing_is_cut(context_of, live_portal, zoe: User, violations, shot) -> None:
    page = opened_for(context_of, live_portal, zoe, viewport={"width": 1280, "height": 900}).new_page()
    booking = cast.booked(zoe)
    draft = cast.filled(cast.begun(cast.offered(start=cast.later(3)), account=zoe), zoe)
    for what, address in (("check", cast.step(draft, "verifier")), ("detail", f"/patient/rendez-vous/{booking.pk}/")):
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        looked_at(page, f"patient-large-{what}", violations, shot)


def test_by_keyboard_alone_from_the_slot_to_the_confirmation(context_of, live_portal, zoe: User) -> None:
    page = opened_for(context_of, live_portal, zoe, viewport={"width": 1280, "height": 900}).new_page()
    page.goto(chosen(cast.offered()))
    press(page, page.get_by_role("link", name="Continuer"), "Enter")
    press(page, page.get_by_role("radio", name="Moi", exact=True), "Space")
    press(page, page.get_by_role("button", name="Continuer"), "Enter")
    for label, text in (("Prénom", "Zoé"), ("Nom de famille", "CANARI"), ("Téléphone où vous joindre", "0639980001")):
        reach(page, page.get_by_label(label))
        page.keyboard.type(text)
    page.get_by_label("Date de naissance").fill("1986-05-04")  # the browser's own date field
    press(page, page.get_by_role("button", name="Continuer"), "Enter")
    reach(page, page.get_by_role("radio", name="Un symptôme"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Un renouvellement")).to_be_checked()
    press(page, page.get_by_role("button", name="Continuer"), "Enter")
    press(page, page.get_by_role("button", name="Confirmer le rendez-vous"), "Enter")
    expect(page.get_by_text("Votre rendez-vous est confirmé")).to_be_visible()
    assert Booking.objects.count() == 1


def reach(page: Page, target) -> None:
    """Go on with the Tab key until it has the focus."""
    for _ in range(60):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by keyboard")


def press(page: Page, target, key: str) -> None:
    expect(target).to_be_visible()
    reach(page, target)
    page.keyboard.press(key)


def test_without_script_it_books_and_says_until_when_the_place_is_held(context_of, live_portal, zoe: User) -> None:
    page = opened_for(context_of, live_portal, zoe, java_script_enabled=False).new_page()
    page.goto(chosen(cast.offered()))
    expect(page.get_by_text("Place gardée pour vous jusqu’à")).to_be_visible()
    draft = cast.filled(cast.Draft.objects.get(), zoe)
    page.goto(cast.step(draft, "verifier"))
    page.get_by_role("button", name="Confirmer le rendez-vous").click()
    expect(page.get_by_text("Votre rendez-vous est confirmé")).to_be_visible()


def test_the_time_left_is_counted_and_said(context_of, live_portal, zoe: User) -> None:
    page = opened_for(context_of, live_portal, zoe).new_page()
    page.clock.install()
    page.goto(chosen(cast.offered()))
    left = page.locator("[data-sas-left]")
    expect(left).to_contain_text("min")
    page.clock.fast_forward("09:30")
    expect(page.locator("[data-sas-announced]")).to_have_text("Il reste moins d’une minute.")


def test_two_appointments_at_once_only_knowingly(context_of, live_portal, zoe: User, violations, shot) -> None:
    page = opened_for(context_of, live_portal, zoe, viewport={"width": 360, "height": 740}).new_page()
    cast.booked(zoe)
    draft = cast.filled(cast.begun(cast.offered(place="phare"), account=zoe), zoe)
    page.goto(cast.step(draft, "verifier"))
    page.get_by_role("button", name="Confirmer le rendez-vous").click()
    looked_at(page, "patient-overlap", violations, shot)
    tick(page.get_by_label("J’ai vu l’autre rendez-vous"))
    page.get_by_role("button", name="Confirmer le rendez-vous").click()
    expect(page.get_by_text("Votre rendez-vous est confirmé")).to_be_visible()


def test_what_a_practice_was_asked_turns_by_itself(context_of, live_portal, zoe: User, violations, shot) -> None:
    booking = cast.booked(zoe)
    editor = Editor.objects.create(name="Alpha", base_url="http://127.0.0.1:9/fhir", writes_appointments=True)
    asked = Booking.objects.filter(pk=booking.pk)
    asked.update(occurrence=None, editor=editor, state=BookingState.PENDING)
    page = opened_for(context_of, live_portal, zoe, viewport={"width": 320, "height": 700}).new_page()
    page.goto(f"{live_portal.url}/patient/rendez-vous/{booking.pk}/")
    expect(page.get_by_role("link", name="Actualiser")).to_be_visible()
    looked_at(page, "asked", violations, shot)
    asked.update(state=BookingState.REFUSED)
    expect(page.get_by_role("alert")).to_contain_text("n’a pas pris ce rendez-vous")
    looked_at(page, "refused", violations, shot)
