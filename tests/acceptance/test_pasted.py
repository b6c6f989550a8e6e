"""An answer checked by itself: the guide's own examples, and anything somebody might paste."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenda.acceptance.bundles import check_pasted
from agenda.acceptance.ledger import MOST_TOLD
from agenda.acceptance.rules import RULES, CheckedFlow, Level
from tests.agenda.answers import bundle, community, people, rpps, slot
from tests.booking.conftest import GUIDE


@pytest.mark.skipif(not GUIDE.is_dir(), reason="the guide's package is not beside this clone")
@pytest.mark.parametrize(
    ("flow", "name", "warnings"),
    [
        ("R01", "Bundle-ExampleBundlePSIndiv", ["SLOT-OFFSET"]),  # +00:00 in Agen
        ("R04", "Bundle-ExampleBundleCPTS", ["ROLE-STRUCTURE-TYPE"]),  # neither type nor system
        ("SOS", "Bundle-ExampleBundleAgregateurSOS", ["SLOT-BOOKING-URL-HTTPS"]),
    ],
)
def test_the_examples_of_the_guide_have_no_error(flow: str, name: str, warnings: list[str]) -> None:
    ledger = check_pasted(CheckedFlow(flow), (GUIDE / f"{name}.json").read_bytes())
    assert (ledger.failures(Level.ERROR), ledger.failures(Level.WARNING)) == ([], warnings)
    assert "SLOT-WINDOW" in ledger.verified or flow == "R04"  # the window of link[self]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "JSON-STRICT"),
        (b"<html>", "JSON-STRICT"),
        (b'{"total": NaN}', "JSON-STRICT"),
        ('{"é": 1}'.encode("utf-16"), "JSON-STRICT"),
        (b"[" * 5000, "JSON-STRICT"),
        (b'{"a": "\\ud800"}', "JSON-STRICT"),
        (b"[]", "BUNDLE-SEARCHSET"),
        (b'"Bundle"', "BUNDLE-SEARCHSET"),
        (b'{"resourceType": "OperationOutcome"}', "BUNDLE-SEARCHSET"),
        (b'{"resourceType": "Bundle", "type": "collection"}', "BUNDLE-SEARCHSET"),
    ],
)
def test_what_is_no_searchset_ends_the_check(body: bytes, rule: str) -> None:
    ledger = check_pasted(CheckedFlow.R01, body)
    assert ledger.failures() == [rule]
    assert set(ledger.verified) <= {"JSON-STRICT", "BUNDLE-SEARCHSET"}


def test_findings_of_one_rule_are_few_and_counted() -> None:
    found = bundle([slot(rpps(1), "hier") for _ in range(50)])
    ledger = check_pasted(CheckedFlow.R01, json.dumps(found).encode())
    assert (ledger.failed["SLOT-INSTANT"], len(ledger.findings["SLOT-INSTANT"])) == (50 * 2, MOST_TOLD)


def test_every_rule_has_its_words() -> None:
    assert all(rule.title.endswith(".") and rule.mend.endswith(".") and rule.flows for rule in RULES.values())


MOMENT = "2026-06-15T09:00:00.000+02:00"
WHOLE = bundle([
    slot(rpps(1), MOMENT, end=MOMENT.replace("09:00", "09:20"), types=("PUBLIC", "CPTS"), cpts=("470000011",)),
    *people([rpps(1)]), *community("470000011"),
])  # fmt: skip


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, child in children for path in paths(child, (*here, key)))]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=20) | st.just("#place") | st.just("Slot"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["coding", "system", "code", "value",
        "reference", "identifier", "resourceType", "id", "url"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_nothing_pasted_breaks_the_check(data: st.DataObject) -> None:
    whole = json.loads(json.dumps(WHOLE))
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from([path for path in paths(whole) if path]))
        target = whole
        for key in parents:
            target = target[key]
        target[last] = data.draw(ANYTHING)
    for flow in (CheckedFlow.R01, CheckedFlow.R04, CheckedFlow.SOS):
        check_pasted(flow, json.dumps(whole).encode())
