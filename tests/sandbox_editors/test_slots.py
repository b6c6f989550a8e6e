"""`GET Slot` of the fake editors, over real HTTP, judged by fhir.resources."""

import json
import urllib.error
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle

IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
R01 = ["_include=Slot:schedule", "_include:iterate=Schedule:actor"]
R04 = [*R01, "_include=Slot:service-type-reference", "_include:iterate=HealthcareService:organization"]


def question(national_ids: list[str], *, hours: float = 72, includes: list[str] = R01, extra: str = "") -> str:
    now = datetime.now(UTC)
    end = now + timedelta(hours=hours)
    identifiers = ",".join(f"{IDNPS}|{one}" for one in national_ids)
    return "&".join(
        [*includes, f"start=ge{quote(now.isoformat(timespec='milliseconds'))}",
         f"start=le{quote(end.isoformat(timespec='milliseconds'))}",
         f"schedule.actor:Practitioner.identifier={identifiers}", "status=free"]
    ) + extra  # fmt: skip


def get(url: str) -> tuple[int, dict[str, Any], str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, json.load(answer), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers["Content-Type"]


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


@pytest.fixture
def ids(people) -> list[str]:
    return [person["national_id"] for person in people]


@pytest.mark.parametrize("slug", ["alpha", "beta", "gamma", "delta"])
def test_every_resource_is_valid_fhir(shared_world, ids, slug) -> None:
    status, bundle, media_type = get(f"{shared_world.url(slug)}/fhir/Slot?{question(ids, includes=R04)}")
    assert (status, media_type) == (200, "application/fhir+json; charset=utf-8")
    Bundle.model_validate(bundle)
    for entry in bundle["entry"]:
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])
    assert bundle["link"][0]["relation"] == "self"
    assert len(resources(bundle, "Slot")) > 5


def test_references_hold_and_only_those_asked_are_answered(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('beta')}/fhir/Slot?{question(ids[:2], includes=R04)}")
    present = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
    wanted = {slot["schedule"]["reference"] for slot in resources(bundle, "Slot")}
    wanted |= {actor["reference"] for one in resources(bundle, "Schedule") for actor in one["actor"]}
    wanted |= {one["practitioner"]["reference"] for one in resources(bundle, "PractitionerRole")}
    wanted |= {one["providedBy"]["reference"] for one in resources(bundle, "HealthcareService")}
    assert wanted <= present
    assert {p["identifier"][0]["value"] for p in resources(bundle, "Practitioner")} == set(ids[:2])
    assert bundle["total"] == len(resources(bundle, "Slot"))


def test_the_same_question_gets_the_same_slots(shared_world, ids) -> None:
    url = f"{shared_world.url('alpha')}/fhir/Slot?{question(ids)}"
    assert get(url)[1]["entry"] == get(url)[1]["entry"]


def test_slots_are_inside_the_window_with_the_offset_of_the_place(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('alpha')}/fhir/Slot?{question([ids[3]], hours=30)}")
    starts = [datetime.fromisoformat(slot["start"]) for slot in resources(bundle, "Slot")]
    now = datetime.now(UTC)
    assert [s for s in starts if not now - timedelta(minutes=1) <= s <= now + timedelta(hours=30)] == []
    assert {s.utcoffset() for s in starts} == {timedelta(hours=4)}


def test_a_full_practitioner_and_a_stranger_give_an_empty_bundle(shared_world, ids) -> None:
    for national_id in (ids[2], "899700009999"):
        _, bundle, _ = get(f"{shared_world.url('alpha')}/fhir/Slot?{question([national_id])}")
        assert (bundle["total"], bundle["entry"]) == (0, [])


def test_two_places_are_two_schedules(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('alpha')}/fhir/Slot?{question([ids[4]])}")
    assert len(resources(bundle, "Schedule")) == 2
    lines = {role["contained"][0]["address"]["line"][0] for role in resources(bundle, "PractitionerRole")}
    assert lines == {"5 rue de la Mesure", "2 place du Jeu"}


def test_types_consultations_and_walk_in_are_all_met(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('beta')}/fhir/Slot?{question(ids, includes=R04)}")
    slots = resources(bundle, "Slot")
    assert {s["code"] for slot in slots for s in slot["meta"]["security"]} == {"PUBLIC", "PRO", "SNP", "CPTS"}
    codes = {c["code"] for slot in slots for t in slot["serviceType"] for c in t.get("coding", [])}
    assert codes == {"AMB", "VR", "HH", "604"}
    by_reason = {slot["appointmentType"]["coding"][0]["code"]: "comment" in slot for slot in slots}
    assert by_reason == {"ROUTINE": True, "WALKIN": False}


def test_some_slots_are_shared_with_two_communities(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('beta')}/fhir/Slot?{question(ids, includes=R04)}")
    shared = Counter(sum("extension" in t for t in slot["serviceType"]) for slot in resources(bundle, "Slot"))
    assert set(shared) == {0, 1, 2}
    identifiers = {one["identifier"][0]["value"] for one in resources(bundle, "Organization")}
    assert identifiers == {"1470000011", "1470000022"}
    assert len(resources(bundle, "HealthcareService")) == 2


def test_without_the_community_includes_nothing_speaks_of_communities(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('beta')}/fhir/Slot?{question(ids, includes=R01)}")
    kinds = Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])
    assert set(kinds) == {"Slot", "Schedule", "Practitioner", "PractitionerRole"}
    codes = {s["code"] for slot in resources(bundle, "Slot") for s in slot["meta"]["security"]}
    assert codes == {"PUBLIC", "PRO", "SNP"}


def test_without_includes_only_slots_come(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('alpha')}/fhir/Slot?{question(ids, includes=[])}")
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} == {"Slot"}


def test_communities_reach_48_hours(shared_world, ids) -> None:
    _, bundle, _ = get(f"{shared_world.url('beta')}/fhir/Slot?{question(ids, includes=R04)}")
    limit = datetime.now(UTC) + timedelta(hours=48)
    late = [slot for slot in resources(bundle, "Slot") if datetime.fromisoformat(slot["start"]) > limit]
    assert {s["code"] for slot in late for s in slot["meta"]["security"]} <= {"PUBLIC", "PRO", "SNP"}


def test_pages_follow_each_other_without_loss(shared_world, ids) -> None:
    _, whole, _ = get(f"{shared_world.url('alpha')}/fhir/Slot?{question(ids)}")
    url, seen, pages = f"{shared_world.url('alpha')}/fhir/Slot?{question(ids, extra='&_count=7')}", [], 0
    while url:
        _, page, _ = get(url)
        assert page["total"] == whole["total"]
        seen += [slot["id"] for slot in resources(page, "Slot")]
        url, pages = next((x["url"] for x in page["link"] if x["relation"] == "next"), ""), pages + 1
    assert seen == [slot["id"] for slot in resources(whole, "Slot")]
    assert pages == -(-whole["total"] // 7)


def test_the_partial_editor_knows_a_part(shared_world, ids) -> None:
    known = len(shared_world.editors["delta"].agenda.people)
    assert 0 < known < len(ids)
    assert len(shared_world.editors["alpha"].agenda.people) == len(ids)


@pytest.mark.parametrize(
    ("query", "diagnostics"),
    [
        (question([]), "De 1 à 25 identifiants"),
        (question([f"8997000020{n:02}" for n in range(26)]), "26 reçus"),
        (question(["899700001001"]).replace("%2B", "+"), "encodé en %2B"),
        (question(["899700001001"]).replace("start=le", "end=le"), "Les deux bornes"),
        (question(["899700001001"]).replace("urn:oid:1.2.250.1.71.4.2.1|", ""), "s’écrit"),
        (question(["899700001001"], extra="&_count=zero"), "Un nombre positif"),
    ],
)
def test_a_wrong_question_gets_an_operation_outcome(shared_world, query, diagnostics) -> None:
    status, outcome, _ = get(f"{shared_world.url('alpha')}/fhir/Slot?{query}")
    assert (status, outcome["resourceType"]) == (400, "OperationOutcome")
    assert diagnostics in outcome["issue"][0]["diagnostics"]


def test_other_addresses_and_methods_get_an_operation_outcome(shared_world) -> None:
    base = shared_world.url("alpha")
    assert get(f"{base}/fhir/Patient")[0] == 404
    request = urllib.request.Request(f"{base}/fhir/Slot", data=b"{}", method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)
    with refused.value as answer:
        assert (answer.code, json.load(answer)["resourceType"]) == (405, "OperationOutcome")
    status, statement, _ = get(f"{base}/fhir/metadata")
    assert (status, statement["fhirVersion"]) == (200, "4.0.1")
