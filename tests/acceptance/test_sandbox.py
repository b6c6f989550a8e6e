"""The fake editors pass the acceptance; each of their switches breaks the rules it should, and no other."""

import pytest

from agenda.acceptance.checking import Target, check_endpoint
from agenda.acceptance.client import Limits
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.rules import CheckedFlow
from sasportal.sandbox.editors.faults import Fault, Switches
from sasportal.sandbox.editors.mistakes import Mistake
from tests.sandbox_editors.conftest import ASSOCIATION
from tests.sandbox_editors.test_booking_pages import browser, read
from tests.sandbox_editors.world import World

# Free, full, on La Réunion, in two places
PEOPLE = ("899700001001", "899700001003", "899700001004", "899700001005")
PATIENT = Limits(answer=60, comfort=60)  # a busy machine is no fault of the editor's


def check(world: World, slug: str, flow: str = "R01", *people: str, limits: Limits = PATIENT) -> Ledger:
    url = world.editors[slug].config.fhir_base
    return check_endpoint(Target(url=url, flow=CheckedFlow(flow), identifiers=people or PEOPLE), limits)


@pytest.mark.parametrize(
    ("slug", "flow"), [("alpha", "R01"), ("beta", "R01"), ("beta", "R04"), ("gamma", "R01"), ("delta", "R01")]
)
def test_the_fake_editors_pass(shared_world: World, slug: str, flow: str) -> None:
    ledger = check(shared_world, slug, flow)
    assert ledger.findings == {}
    assert {"SEARCH-SEVERAL", "SEARCH-NARROW", "SEARCH-EMPTY", "RESOURCE-FORM", "SLOT-OFFSET"} <= set(ledger.verified)
    assert len(ledger.steps) >= len(PEOPLE) + 4
    if flow == "R04":
        assert {"CPTS-SERVICE", "CPTS-FINESS", "CPTS-ONE-SERVICE"} <= set(ledger.verified)
        assert ledger.situations["créneau partagé avec une CPTS"]


def test_the_fake_editor_of_associations_passes(shared_world: World) -> None:
    ledger = check(shared_world, "epsilon", "SOS", f"3{ASSOCIATION['siret']}")
    assert ledger.findings == {}
    assert {"SOS-SIRET", "SOS-HOURS", "SOS-ONE-SCHEDULE", "SEARCH-NARROW", "SEARCH-EMPTY"} <= set(ledger.verified)


BROKEN = {
    Mistake.PREFIX: "PRACTITIONER-PREFIX",
    Mistake.ROLE: "SCHEDULE-ACTORS",
    Mistake.STRANGER: "PRACTITIONER-ASKED",
    Mistake.ADDRESS: "PLACE-POSTAL-CODE",
    Mistake.PHONE: "PHONE-FORM",
    Mistake.STATUS: "SLOT-FREE",
    Mistake.WINDOW: "SLOT-WINDOW",
    Mistake.NO_OFFSET: "SLOT-INSTANT",
    Mistake.UTC_OFFSET: "SLOT-OFFSET",
    Mistake.DURATION: "SLOT-DURATION",
    Mistake.SCHEDULE: "SLOT-SCHEDULE",
    Mistake.TYPE: "SLOT-TYPE",
    Mistake.CONSULTATION: "SLOT-CONSULTATION",
    Mistake.BOOKING_URL: "SLOT-BOOKING-URL",
    Mistake.UNSAFE_URL: "SLOT-BOOKING-URL-FORM",
    Mistake.DUPLICATE: "SLOT-DUPLICATE",
    Mistake.TOTAL: "BUNDLE-TOTAL",
    Mistake.FULL_URL: "BUNDLE-FULLURL",
    Mistake.PATIENT: "BUNDLE-FOREIGN",
    Mistake.FORM: "RESOURCE-FORM",
    Mistake.CPTS_REFERENCE: "CPTS-SERVICE",
    Mistake.CPTS_ORGANIZATION: "CPTS-ORGANIZATION",
    Mistake.CPTS_FINESS: "CPTS-FINESS",
}


@pytest.fixture
def switches(shared_world: World):
    """The switches of the editor that shares with communities, put back afterwards."""
    switches = shared_world.editors["beta"].switches
    yield switches
    switches.turn(Fault.NORMAL)
    switches.mistake = None


@pytest.mark.parametrize("mistake", list(Mistake))
def test_a_mistake_breaks_its_rule_and_no_other(shared_world: World, switches: Switches, mistake: Mistake) -> None:
    switches.mistake = mistake
    assert check(shared_world, "beta", "R04", PEOPLE[0], PEOPLE[3]).failures() == [BROKEN[mistake]]


ENDING = {
    Fault.ERROR: "HTTP-STATUS",
    Fault.OVERLOADED: "HTTP-STATUS",
    Fault.HTML: "HTTP-MEDIA-TYPE",
    Fault.CUT: "JSON-STRICT",
    Fault.CERTIFICATE: "HTTP-ACCESS",
}


@pytest.mark.parametrize(("fault", "rule"), ENDING.items())
def test_a_fault_ends_the_check_with_its_rule(shared_world: World, switches: Switches, fault: Fault, rule: str) -> None:
    switches.turn(fault)
    ledger = check(shared_world, "beta", "R04")
    assert (ledger.failures(), len(ledger.steps)) == ([rule], 1)


def test_a_mute_editor_is_not_waited_for(shared_world: World, switches: Switches) -> None:
    switches.turn(Fault.MUTE)
    assert check(shared_world, "beta", limits=Limits(answer=0.5)).failures() == ["TIME-7S"]


def test_a_slow_editor_is_noticed(shared_world: World, switches: Switches) -> None:
    switches.turn(Fault.SLOW)
    ledger = check(shared_world, "beta", "R01", PEOPLE[1], limits=Limits(answer=60, comfort=1.0))
    assert ledger.failures() == ["TIME-1S"]


def test_an_editor_that_fails_now_and_then_is_caught(shared_world: World, switches: Switches) -> None:
    switches.calls = 0
    switches.turn(Fault.ONE_IN_THREE)
    ledger = check(shared_world, "beta")
    assert (ledger.failures(), len(ledger.steps)) == (["HTTP-STATUS"], 3)


def test_mistakes_are_switched_on_a_page(own_world) -> None:
    world = own_world()
    address = f"{world.url('beta')}/interrupteurs"
    text = read(browser(), address, {"erreur": Mistake.TOTAL})[2]
    assert '<option value="total" selected>' in text
    assert check(world, "beta", "R01", PEOPLE[0]).failures() == ["BUNDLE-TOTAL"]
    assert " selected" not in read(browser(), address, {"erreur": ""})[2]
    assert read(browser(), address, {"erreur": "inconnue"})[0] == 400
