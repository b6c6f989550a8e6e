"""Each rule is broken by one answer that is sound in every other respect; none is there that nothing can break."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from agenda.acceptance.answers import Question
from agenda.acceptance.bundles import check_pages
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.rules import RULES, CheckedFlow
from agenda.instants import read_instant
from agenda.windows import Window
from tests.acceptance import test_flows, test_sandbox
from tests.acceptance.peers import LOCATION_TYPES, Json, concept
from tests.agenda.answers import IDNST, R66_OLD, bundle, community, practitioner, role, rpps, schedule, slot

START, END = "2026-06-15T09:00:00.000+02:00", "2026-06-15T09:20:00.000+02:00"
FINESS, OTHER = "470000011", "470000022"


def sound() -> Json:
    """Two slots of one practitioner, one of them shared with a community."""
    typed = [{"type": concept(LOCATION_TYPES, "IDNST"), "system": IDNST, "value": f"1{FINESS}"}]
    service, organization = community(FINESS)
    known = role(rpps(1))
    known["organization"]["identifier"]["type"] = concept(LOCATION_TYPES, "IDNST")
    resources = [
        slot(rpps(1), START, end=END, types=("PUBLIC", "CPTS"), cpts=(FINESS,), id="s1"),
        slot(rpps(1), START.replace("09:", "10:"), end=END.replace("09:", "10:"), id="s2"),
        schedule(rpps(1)), practitioner(rpps(1)), known, service, organization | {"identifier": typed},
    ]  # fmt: skip
    return deepcopy(bundle(resources, link=[{"relation": "self", "url": "https://alpha.example/fhir/Slot"}]))


def checked(page: Json) -> Ledger:
    start, end = read_instant(START), read_instant(END.replace("09:", "18:"))
    assert start
    assert end
    ledger = Ledger(flow=CheckedFlow.R04)
    question = Question(window=Window(start=start.utc, end=end.utc), identifiers=frozenset({rpps(1)}))
    check_pages(ledger, [page], question)
    return ledger


def test_the_sound_answer_breaks_none() -> None:
    ledger = checked(sound())
    assert (ledger.findings, ledger.verified["CPTS-FINESS"], ledger.verified["SLOT-OFFSET"]) == ({}, 1, 2)


S1, S2, SCHEDULE, PERSON, ROLE, SERVICE, ORGANIZATION = range(7)


def changed(number: int, *path: Any, to: Any = None) -> Callable[[Json], None]:
    """Change an element of this resource; None takes it away."""

    def change(page: Json) -> None:
        *parents, last = path
        target = page["entry"][number]["resource"]
        for key in parents:
            target = target[key]
        if to is None:
            del target[last]
        else:
            target[last] = to

    return change


def added(number: int, **changed: Any) -> Callable[[Json], None]:
    def add(page: Json) -> None:
        entry = deepcopy(page["entry"][number])
        entry["resource"] |= changed
        entry["fullUrl"] += "-bis"
        page["entry"].append(entry)

    return add


def second_service(page: Json) -> None:
    added(SERVICE, id="h-bis")(page)
    shared = deepcopy(page["entry"][S1]["resource"]["serviceType"][-1])
    shared["extension"][0]["valueReference"]["reference"] = "HealthcareService/h-bis"
    page["entry"][S1]["resource"]["serviceType"].append(shared)


def another_practitioner(page: Json) -> None:
    page["entry"].append({"fullUrl": "https://alpha.example/p2", "resource": practitioner(rpps(1), id="p2")})
    page["entry"][ROLE]["resource"]["practitioner"]["reference"] = "Practitioner/p2"


IN_AN_ANSWER: list[tuple[str, Callable[[Json], None]]] = [
    ("BUNDLE-SELF", lambda page: page.update(link=[])),
    ("BUNDLE-UNIQUE", added(PERSON, name=[{"family": "AUTRE", "given": ["Nom"]}])),
    ("SLOT-TYPE-PRESENT", changed(S2, "meta", to={"profile": ["x"]})),
    ("SLOT-CONSULTATION-PRESENT", changed(S2, "serviceType", to=[{"text": "Visite"}])),
    ("SLOT-APPOINTMENT-TYPE", changed(S2, "appointmentType", "coding", 0, "code", to="PARFOIS")),
    ("SLOT-BOOKING-URL-HTTPS", changed(S2, "comment", to="http://alpha.example/rdv")),
    ("SPECIALTY-FORM", changed(S2, "specialty", to=[{"coding": [{"code": "SM54"}]}])),
    ("REFERENCE-RELATIVE", changed(S2, "schedule", "reference", to=f"https://alpha.example/fhir/Schedule/s-{rpps(1)}")),
    ("PLACE-ADDRESS", changed(ROLE, "contained", 0, "address", "line", to=["12 rue des Lilas", "Bâtiment B"])),
    ("ROLE-PRACTITIONER", another_practitioner),
    ("ROLE-LOCATION", changed(ROLE, "location", 0, "reference", to="Location/place")),
    ("ROLE-STRUCTURE", changed(ROLE, "organization", "identifier", "value", to="990000001")),
    ("ROLE-STRUCTURE-TYPE", changed(ROLE, "organization", "identifier", "system", to="urn:oid:1.2.3")),
    ("ROLE-STRUCTURE-PRESENT", changed(ROLE, "organization")),
    ("PRACTITIONER-ID", changed(PERSON, "identifier", 0, "type")),
    ("PRACTITIONER-NAME", changed(PERSON, "name", 0, "given")),
    ("CPTS-TYPE", changed(S1, "meta", "security", 1)),
    ("CPTS-SYSTEM", changed(S1, "serviceType", -1, "coding", 0, "system", to=R66_OLD)),
    ("CPTS-REFERENCE", changed(S1, "serviceType", -1, "extension", 0, "valueReference", "reference",
                               to="HealthcareService/absent")),
    ("CPTS-NAME", changed(ORGANIZATION, "name")),
    ("CPTS-ONE-SERVICE", second_service),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "spoil"), IN_AN_ANSWER, ids=[rule for rule, _ in IN_AN_ANSWER])
def test_one_rule_of_an_answer(rule: str, spoil: Callable[[Json], None]) -> None:
    page = sound()
    spoil(page)
    assert checked(page).failures() == [rule]


ELSEWHERE = {
    "HTTP-REACHED", "TLS-NO-CERT", "TLS-WRONG-CN", "TLS-WRONG-OU",  # test_command
    "TIME-7S", "TIME-1S",  # test_sandbox
    "BUNDLE-SEARCHSET",  # test_pasted
}  # fmt: skip


def test_every_rule_is_broken_by_a_test() -> None:
    tried = {rule for rule, _ in IN_AN_ANSWER} | set(test_sandbox.BROKEN.values()) | set(test_sandbox.ENDING.values())
    tried |= set(test_flows.LAX_ACCOUNTS.values()) | set(test_flows.LAX_SEARCHES.values())
    tried |= {rule for _, rule in test_flows.ERRING} | ELSEWHERE
    assert tried == set(RULES)
