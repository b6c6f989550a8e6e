"""From the portal's link to a confirmed appointment: silent sign-in, booking, what the platform is told."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from fhir.resources.R4B.appointment import Appointment

from tests.sandbox_editors.test_slots import get, question, resources

ANNE = "899700001001"


def browser() -> OpenerDirector:
    return build_opener(HTTPCookieProcessor(CookieJar()))


def read(opener: OpenerDirector, url: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str, str]:
    """Return status, address reached, text."""
    body = urlencode(form).encode() if form is not None else None
    try:
        with opener.open(Request(url, data=body, headers=headers), timeout=10) as answer:
            return answer.status, answer.url, unescape(answer.read().decode())
    except HTTPError as error:
        with error:
            return error.code, error.url, unescape(error.read().decode())


def free_slots(world, slug: str = "alpha", national_id: str = ANNE) -> list[dict[str, Any]]:
    _, bundle, _ = get(f"{world.url(slug)}/fhir/Slot?{question([national_id])}")
    return [slot for slot in resources(bundle, "Slot") if "comment" in slot]


def booked(world, opener: OpenerDirector, slug: str = "alpha") -> dict[str, Any]:
    """Book the first free slot and return it."""
    slot = free_slots(world, slug)[0]
    read(opener, slot["comment"] + "?origin=sas")
    assert read(opener, slot["comment"] + "?origin=sas", {"origin": "sas"})[0] == 200
    return slot


def test_a_regulator_books_without_signing_in_again(own_world) -> None:
    world, opener = own_world(), browser()
    slot = free_slots(world)[0]
    status, url, text = read(opener, slot["comment"] + "?origin=sas")
    assert (status, url) == (200, slot["comment"] + "?origin=sas")
    assert "Connecté : <strong>Camille RÉGULIER</strong> (899700000013)" in text
    assert "Dr Anne TENUE1" in text
    asked = world.provider.requests[0]
    assert (asked["scope"], asked["acr_values"], asked["code_challenge_method"]) == (
        "openid scope_all",
        "eidas1",
        "S256",
    )
    assert "prompt" not in asked

    status, url, text = read(opener, url, {"origin": "sas"})
    assert (status, urlsplit(url).path) == (200, "/mes-rendez-vous")
    assert "Rendez-vous confirmé" in text
    assert slot["id"] not in [one["id"] for one in free_slots(world)]


def test_the_platform_is_told_in_the_profile_of_the_guide(own_world) -> None:
    world = own_world()
    slot = booked(world, browser())
    (told,) = world.platform.wait_for(1)
    assert (told["method"], told["secret"], told["type"]) == ("POST", "inbound-alpha", "application/fhir+json")
    resource = told["resource"]
    Appointment.model_validate(resource)
    assert (resource["status"], resource["start"], resource["end"]) == ("booked", slot["start"], slot["end"])
    assert resource["extension"][0]["valueReference"]["identifier"]["value"] == "899700000013"
    assert [p["actor"]["identifier"]["value"] for p in resource["participant"]] == [ANNE]
    assert resource["meta"]["lastUpdated"]
    assert resource["identifier"][0]["system"] == "https://alpha.editeur.example/rendez-vous"


def test_cancelling_frees_the_slot_and_is_told_by_put(own_world) -> None:
    world, opener = own_world(), browser()
    slot = booked(world, opener)
    world.platform.wait_for(1)
    identifier = world.platform.received[0]["resource"]["identifier"][0]
    action = f"{world.url('alpha')}/mes-rendez-vous/{identifier['value']}"
    assert read(opener, action, {"action": "cancelled"})[0] == 200
    told = world.platform.wait_for(2)[1]
    assert (told["method"], told["resource"]["status"]) == ("PUT", "cancelled")
    assert told["query"] == {"identifier": f"{identifier['system']}|{identifier['value']}"}
    assert told["resource"]["meta"]["lastUpdated"] > world.platform.received[0]["resource"]["meta"]["lastUpdated"]
    assert slot["id"] in [one["id"] for one in free_slots(world)]


@pytest.mark.parametrize("action", ["fulfilled", "noshow"])
def test_what_became_of_the_patient_is_told(own_world, action) -> None:
    world, opener = own_world(), browser()
    booked(world, opener)
    world.platform.wait_for(1)
    identifier = world.platform.received[0]["resource"]["identifier"][0]["value"]
    read(opener, f"{world.url('alpha')}/mes-rendez-vous/{identifier}", {"action": action})
    assert world.platform.wait_for(2)[1]["resource"]["status"] == action


def test_moving_frees_one_slot_and_takes_another(own_world) -> None:
    world, opener = own_world(), browser()
    slot = booked(world, opener)
    world.platform.wait_for(1)
    other = free_slots(world)[1]
    identifier = world.platform.received[0]["resource"]["identifier"][0]["value"]
    form = {"action": "move", "creneau": other["id"]}
    read(opener, f"{world.url('alpha')}/mes-rendez-vous/{identifier}", form)
    moved = world.platform.wait_for(2)[1]["resource"]
    assert (moved["status"], moved["start"], moved["end"]) == ("booked", other["start"], other["end"])
    free = [one["id"] for one in free_slots(world)]
    assert (slot["id"] in free, other["id"] in free) == (True, False)


def test_it_is_told_again_until_the_platform_acknowledges(own_world) -> None:
    world = own_world()
    world.platform.answers += [503, 500, 429]
    booked(world, browser())
    told = world.platform.wait_for(4, seconds=15)
    assert [one["status"] for one in told] == [503, 500, 429, 201]
    assert [one["method"] for one in told] == ["POST"] * 4
    assert {one["resource"]["identifier"][0]["value"] for one in told} == {
        told[0]["resource"]["identifier"][0]["value"]
    }


def test_a_refusal_is_shown_and_not_repeated(own_world) -> None:
    world, opener = own_world(), browser()
    world.platform.answers += [422]
    booked(world, opener)
    world.platform.wait_for(1)
    _, _, text = read(opener, f"{world.url('alpha')}/mes-rendez-vous")
    assert "refusé par la plateforme (HTTP 422 : refus d’essai)" in text


def test_a_restart_forgets_nothing(own_world, make_config) -> None:
    config = make_config()
    world = own_world(config)
    world.platform.answers += [503] * 50
    slot = booked(world, browser())
    world = own_world(config)
    told = world.platform.wait_for(1)
    assert told[0]["resource"]["start"] == slot["start"]
    assert slot["id"] not in [one["id"] for one in free_slots(world)]


def test_two_confirmations_of_one_slot_have_one_winner(own_world) -> None:
    world, first, second = own_world(), browser(), browser()
    url = free_slots(world)[0]["comment"] + "?origin=sas"
    for opener in (first, second):
        assert read(opener, url)[0] == 200
    assert read(first, url, {"origin": "sas"})[0] == 200
    status, _, text = read(second, url, {"origin": "sas"})
    assert status == 410
    assert "Ce créneau vient d’être pris" in text
    assert len(world.editors["alpha"].bookings.all) == 1


def test_an_editor_that_refuses_books_nothing(own_world) -> None:
    world, opener = own_world(), browser()
    url = free_slots(world)[0]["comment"] + "?origin=sas"
    read(opener, url)
    read(opener, f"{world.url('alpha')}/interrupteurs", {"rendez-vous": "refuse"})
    status, _, text = read(opener, url, {"origin": "sas"})
    assert (status, "Le logiciel refuse ce rendez-vous" in text) == (409, True)
    assert world.editors["alpha"].bookings.all == {}


def test_without_origin_the_rights_of_regulation_do_not_exist(shared_world) -> None:
    slot = free_slots(shared_world)[0]
    status, _, text = read(browser(), slot["comment"])
    assert (status, "Confirmer le rendez-vous" in text) == (200, False)
    assert "sans passer par le portail SAS" in text


def test_a_form_of_another_site_is_refused(shared_world) -> None:
    slot = free_slots(shared_world)[0]
    status, _, _ = read(browser(), slot["comment"], {"origin": "sas"}, Origin="https://ailleurs.example")
    assert status == 403


def test_confirming_without_a_session_books_nothing(shared_world) -> None:
    slot = free_slots(shared_world)[0]
    status, _, text = read(browser(), slot["comment"], {"origin": "sas"})
    assert (status, "Se reconnecter" in text) == (401, True)


def test_nobody_changes_the_appointment_of_another(own_world) -> None:
    world, opener = own_world(), browser()
    booked(world, opener)
    world.platform.wait_for(1)
    identifier = world.platform.received[0]["resource"]["identifier"][0]["value"]
    status, _, _ = read(browser(), f"{world.url('alpha')}/mes-rendez-vous/{identifier}", {"action": "cancelled"})
    assert status == 404


@pytest.mark.parametrize(
    "wrong",
    [{"nonce": "autre"}, {"iss": "https://ailleurs.example"}, {"aud": "autre"}, {"exp": 1}, {"acr": "aucun"},
     {"sub": "f:1:autre"}],
)  # fmt: skip
def test_a_token_that_does_not_hold_signs_nobody_in(own_world, wrong) -> None:
    world, opener = own_world(), browser()
    world.provider.wrong = wrong
    status, _, text = read(opener, free_slots(world)[0]["comment"] + "?origin=sas")
    assert (status, "Connexion refusée" in text) == (403, True)
    assert "Personne n’est connecté" in text


def test_coming_back_with_an_unknown_state_is_refused(shared_world) -> None:
    status, _, _ = read(browser(), f"{shared_world.url('alpha')}/connexion/retour?code=x&state=y")
    assert status == 400


def test_each_editor_has_its_own_session(own_world) -> None:
    world, opener = own_world(), browser()
    for slug in ("alpha", "beta"):
        assert read(opener, free_slots(world, slug)[0]["comment"] + "?origin=sas")[0] == 200
    assert "Connecté" in read(opener, f"{world.url('alpha')}/")[2]
    assert [asked["client_id"] for asked in world.provider.requests] == ["editor-alpha", "editor-beta"]
    read(opener, f"{world.url('alpha')}/deconnexion", {})
    assert "Personne n’est connecté" in read(opener, f"{world.url('alpha')}/")[2]
    assert "Connecté :" in read(opener, f"{world.url('beta')}/")[2]


def test_a_slot_given_at_the_counter_disappears(own_world) -> None:
    world = own_world()
    slot = free_slots(world)[0]
    url = f"{world.url('alpha')}/praticiens/{ANNE}"
    assert slot["id"] in read(browser(), url)[2]
    assert read(browser(), f"{url}/bloquer", {"creneau": slot["id"]})[0] == 200
    assert slot["id"] not in [one["id"] for one in free_slots(world)]
    assert read(browser(), slot["comment"] + "?origin=sas")[0] == 410


def test_pages_are_escaped_and_carry_a_strict_policy(shared_world) -> None:
    with browser().open(f"{shared_world.url('alpha')}/interrupteurs?x=<script>", timeout=5) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "<script" not in answer.read().decode()
    assert read(browser(), f"{shared_world.url('alpha')}/rdv/{ANNE}/nimporte?origin=sas")[0] == 404


def test_the_return_address_stays_at_the_editor(shared_world) -> None:
    status, url, _ = read(browser(), f"{shared_world.url('alpha')}/mes-rendez-vous?x=//ailleurs.example")
    assert (status, urlsplit(url).netloc) == (200, urlsplit(shared_world.url("alpha")).netloc)
    assert parse_qs(urlsplit(url).query) == {"x": ["//ailleurs.example"]}


def test_appointments_last_as_the_slot_does(own_world) -> None:
    world = own_world()
    slot = booked(world, browser())
    resource = world.platform.wait_for(1)[0]["resource"]
    length = datetime.fromisoformat(resource["end"]) - datetime.fromisoformat(resource["start"])
    assert timedelta(0) < length <= timedelta(minutes=30)
    assert datetime.fromisoformat(resource["created"]) <= datetime.now(UTC)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000\+0[12]:00", slot["start"])
