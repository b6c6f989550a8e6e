"""INT_R02 and SOS Médecins, against small editors that respect everything but what they are told not to."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agenda.acceptance.checking import Target, check_endpoint
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.rules import CheckedFlow
from tests.acceptance.peers import Accounts, Association, Peer
from tests.acceptance.test_sandbox import PATIENT


def check(peer: Peer, flow: str, *identifiers: str) -> Ledger:
    with peer as running:
        return check_endpoint(Target(url=running.url, flow=CheckedFlow(flow), identifiers=identifiers), PATIENT)


def test_accounts_are_walked_through_and_left_disabled() -> None:
    peer = Accounts()
    ledger = check(peer, "R02")
    assert ledger.findings == {}
    assert set(ledger.verified) == {
        line.rule.id for line in ledger.lines() if not line.rule.id.startswith(("TLS", "TIME-1S"))
    }
    assert {one["active"] for one in peer.kept.values()} == {False}
    assert len(peer.kept) == 3
    values = [one["identifier"][0]["value"] for one in peer.kept.values()]
    assert all(value.startswith("8997") for value in values)


LAX_ACCOUNTS = {
    "create": "ACCOUNT-CREATE",
    "duplicate": "ACCOUNT-DUPLICATE",
    "missing": "ACCOUNT-MISSING",
    "invalid": "ACCOUNT-INVALID",
    "update": "ACCOUNT-UPDATE",
    "disable": "ACCOUNT-DISABLE",
    "enable": "ACCOUNT-ENABLE",
    "upsert": "ACCOUNT-UPSERT",
    "reidentify": "ACCOUNT-REIDENTIFY",
    "outcome": "ACCOUNT-OUTCOME",
    "location": "ACCOUNT-LOCATION",
}


@pytest.mark.parametrize(("lax", "rule"), LAX_ACCOUNTS.items())
def test_a_lax_editor_breaks_one_rule_of_accounts(lax: str, rule: str) -> None:
    assert check(Accounts(lax), "R02").failures() == [rule]


def association(*lax: str, spoil: Callable[[Any], None] = lambda bundle: None) -> Association:
    """Slots at full hours tomorrow, on the clock of the place."""
    peer = Association(*lax, spoil=spoil)
    tomorrow = datetime.now(ZoneInfo("Europe/Paris")).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    peer.starts = [tomorrow.replace(hour=hour) for hour in (9, 10, 11, 14)]
    return peer


def resources(bundle: Any, kind: str) -> list[Any]:
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind]


def test_an_association_passes() -> None:
    ledger = check(association(), "SOS", *Association.SIRETS)
    assert ledger.findings == {}
    assert {"SOS-SIRET", "SOS-HOURS", "SOS-ONE-SCHEDULE", "SEARCH-SEVERAL", "SEARCH-NARROW"} <= set(ledger.verified)
    assert ledger.situations["plusieurs associations"]


def two_schedules(bundle: Any) -> None:
    resources(bundle, "Schedule")[1]["actor"][0]["reference"] = resources(bundle, "Schedule")[0]["actor"][0][
        "reference"
    ]


ERRING: list[tuple[Callable[[Any], None], str]] = [
    (lambda b: resources(b, "Organization")[0]["identifier"][0].update(value="99700000000017"), "SOS-SIRET"),
    (lambda b: resources(b, "Organization")[0]["identifier"][0].update(value="399700000000099"), "SOS-ASKED"),
    (lambda b: resources(b, "Location")[0].pop("name"), "SOS-LOCATION-NAME"),
    (lambda b: resources(b, "Location")[0].pop("identifier"), "SOS-LOCATION-ID"),
    (lambda b: resources(b, "Location")[0]["hoursOfOperation"][0].update(openingTime="8h"), "SOS-HOURS"),
    (lambda b: resources(b, "Location")[0].pop("managingOrganization"), "SOS-ORGANIZATION"),
    (lambda b: resources(b, "Schedule")[0]["actor"].append({"reference": "Practitioner/1"}), "SOS-ACTOR"),
    (lambda b: resources(b, "Slot")[0]["meta"]["security"].append({"system": "x", "code": "PRO"}), "SLOT-TYPE"),
    (two_schedules, "SOS-ONE-SCHEDULE"),
    (lambda b: b["link"].append({"relation": "next", "url": "https://ailleurs.example/"}), "BUNDLE-NEXT"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "rule"), ERRING, ids=[rule for _, rule in ERRING])
def test_an_association_that_errs_breaks_one_rule(spoil: Callable[[Any], None], rule: str) -> None:
    assert check(association(spoil=spoil), "SOS", *Association.SIRETS).failures() == [rule]


LAX_SEARCHES = {
    "media": "HTTP-MEDIA-TYPE-FHIR",
    "size": "HTTP-SIZE",
    "empty": "SEARCH-EMPTY",
    "invalid": "SEARCH-INVALID",
    "narrow": "SEARCH-NARROW",
    "several": "SEARCH-SEVERAL",
}


@pytest.mark.parametrize(("lax", "rule"), LAX_SEARCHES.items())
def test_a_lax_editor_breaks_one_rule_of_searches(lax: str, rule: str) -> None:
    assert check(association(lax), "SOS", *Association.SIRETS).failures() == [rule]
