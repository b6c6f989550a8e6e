"""The fake editor of SOS Médecins: `GET Schedule` judged by fhir.resources and by our own reader, appointments back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.appointment import Appointment
from fhir.resources.R4B.bundle import Bundle

from agenda.booking_urls import BookingHosts
from agenda.bundles import open_envelope
from agenda.queries import question_url
from agenda.reading import Asked, Reading, read_answer
from agenda.windows import Window
from tests.sandbox_editors.conftest import ASSOCIATION
from tests.sandbox_editors.test_booking_pages import browser, read
from tests.sandbox_editors.test_slots import get, question, resources

AGEN = f"3{ASSOCIATION['siret']}"


def window() -> Window:
    now = datetime.now(UTC)
    return Window(start=now, end=now + timedelta(hours=72))


def address(world, *structure_ids: str) -> str:
    base = f"{world.url('epsilon')}/fhir"
    return question_url(base, flow="SOS", national_ids=structure_ids, window=window(), zone="Europe/Paris")


def reading_of(world, bundle: dict[str, Any]) -> Reading:
    host = world.url("epsilon").removeprefix("http://")
    asked = Asked(
        editor_id=1, national_ids=frozenset({AGEN}), window=window(),
        hosts=BookingHosts.of([host], loopback=True), associations=True,
    )  # fmt: skip
    return read_answer(open_envelope(json.dumps(bundle).encode()).entries, asked)


def free_slots(world) -> list[dict[str, Any]]:
    return [one for one in resources(get(address(world, AGEN))[1], "Slot") if "comment" in one]


def test_every_resource_is_valid_fhir(shared_world) -> None:
    status, bundle, media_type = get(address(shared_world, AGEN))
    assert (status, media_type) == (200, "application/fhir+json; charset=utf-8")
    Bundle.model_validate(bundle)
    for entry in bundle["entry"]:
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} == {
        "Slot", "Schedule", "Location", "Organization",
    }  # fmt: skip


def test_our_own_reader_takes_every_slot(shared_world) -> None:
    bundle = get(address(shared_world, AGEN))[1]
    reading = reading_of(shared_world, bundle)
    assert (reading.rejects, reading.remarks, reading.known) == ((), (), (AGEN,))
    assert len(reading.slots) == len(resources(bundle, "Slot")) > 3
    assert {one.place.name for one in reading.slots} <= {place["name"] for place in ASSOCIATION["places"]}
    assert {kind.value for one in reading.slots for kind in one.types} <= {"PUBLIC", "SNP"}


def test_an_association_it_does_not_know_is_an_empty_answer(shared_world) -> None:
    status, bundle, _ = get(address(shared_world, "399700000900011"))
    assert (status, bundle["total"], bundle["entry"]) == (200, 0, [])


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        (("_has:Slot:schedule:start=ge", "_has:Slot:schedule:start=gt"), "_has:Slot:schedule:start"),
        (("1.2.250.1.71.4.2.2", "1.2.250.1.71.4.2.1"), "actor:Location.organization.identifier"),
    ],
)
def test_a_question_out_of_the_guide_is_refused(shared_world, change: tuple[str, str], parameter: str) -> None:
    status, outcome, _ = get(address(shared_world, AGEN).replace(*change))
    assert (status, outcome["resourceType"]) == (400, "OperationOutcome")
    assert outcome["issue"][0]["diagnostics"].startswith(f"{parameter} :")


def test_ten_associations_at_most(shared_world) -> None:
    assert get(address(shared_world, *[f"3997{n:06d}00011" for n in range(10)]))[0] == 200
    assert get(address(shared_world, *[f"3997{n:06d}00011" for n in range(11)]))[0] == 400


def test_each_editor_speaks_its_own_flows(shared_world) -> None:
    alpha, epsilon = (f"{shared_world.url(slug)}/fhir" for slug in ("alpha", "epsilon"))
    assert get(f"{epsilon}/Slot?{question([AGEN])}")[0] == 404
    assert get(address(shared_world, AGEN).replace(epsilon, alpha))[0] == 404


def test_it_pages_as_asked(shared_world) -> None:
    bundle = get(f"{address(shared_world, AGEN)}&_count=2")[1]
    links = {one["relation"]: one["url"] for one in bundle["link"]}
    assert len(resources(bundle, "Slot")) == 2
    following = get(quote(links["next"], safe=":/?&=|%,"))[1]
    assert {one["id"] for one in resources(following, "Slot")}.isdisjoint(
        {one["id"] for one in resources(bundle, "Slot")}
    )


def test_what_is_booked_is_told_in_the_profile_of_associations(own_world) -> None:
    world, opener = own_world(), browser()
    slot = free_slots(world)[0]
    status, url, text = read(opener, slot["comment"] + "?origin=sas")
    assert (status, "SOS Médecins Agen" in text, "Dr SOS" in text) == (200, True, False)
    assert "Point de consultation" in text
    read(opener, url, {"origin": "sas"})
    resource = world.platform.wait_for(1)[0]["resource"]
    Appointment.model_validate(resource)
    assert resource["meta"]["profile"] == [
        "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-sos-appointment"
    ]
    [taking_part] = resource["participant"]
    assert (taking_part["actor"]["identifier"]["value"], taking_part["status"]) == (AGEN, "accepted")
    assert resource["extension"][1]["valueCode"] == "003"
    assert slot["id"] not in [one["id"] for one in free_slots(world)]


def test_an_association_that_confirms_later_says_so_twice(own_world) -> None:
    world, opener = own_world(), browser()
    switchboard = f"{world.url('epsilon')}/interrupteurs"
    assert "confirmés plus tard" in read(opener, switchboard, {"rendez-vous": "plus-tard"})[2]
    slot = free_slots(world)[0]
    read(opener, slot["comment"] + "?origin=sas")
    text = read(opener, slot["comment"] + "?origin=sas", {"origin": "sas"})[2]
    assert "à confirmer par l’association" in text
    first = world.platform.wait_for(1)[0]["resource"]
    assert first["participant"][0]["status"] == "needs-action"
    mine = f"{world.url('epsilon')}/mes-rendez-vous/{first['identifier'][0]['value']}"
    read(opener, mine, {"action": "confirm"})
    second = world.platform.wait_for(2)[1]
    assert (second["method"], second["resource"]["participant"][0]["status"]) == ("PUT", "accepted")
