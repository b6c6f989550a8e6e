"""Whatever an editor answers, reading ends in slots that hold every rule, or in an answer refused whole; never else."""

import gc
import json
from copy import deepcopy
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agenda.bundles import AnswerUnusable, open_envelope
from agenda.models import Outcome
from agenda.reading import Reading, read_answer
from tests.agenda.answers import bundle, community, people, slot
from tests.agenda.editors import TestEditor, body, compressed
from tests.agenda.test_asking import ask_once
from tests.agenda.test_reading import ANNE, AT_TEN, AT_TEN_TWENTY, BRUNO, LILAS, MESURE, asked

QUIETLY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What has already hurt somebody: forms Python takes and FHIR does not, texts that are code, numbers past every width
NASTY = st.sampled_from(
    [None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", " ", "\0", "\ud800", "x" * 5000, "<script>",
     "\u202e\u2066", "#place", "#", "Practitioner/", f"Practitioner/p-{ANNE}", f"Schedule/s-{BRUNO}", "urn:uuid:0",
     "../..", "https://evil.example\\@alpha.example/", "javascript:alert(1)", "https://alpha.example:444/", "free",
     "busy", "2026-06-15", "2026-06-15T10:00:00", "2026-06-15T10:00:00Z", "2026-06-15T24:00:00+02:00",
     "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-06-15T10:00:00.000+02:00",
     "2026-W25-1T10:00:00Z", "Slot", "Patient", "Bundle", [], {}, [[]], {"reference": None}, {"resourceType": "Slot"}]
)  # fmt: skip
ANYTHING = st.recursive(
    NASTY | st.text(max_size=10) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def answer() -> dict[str, Any]:
    """Two practitioners, one slot shared with two CPTS: every kind of link the flows have."""
    slots = [
        slot(one, AT_TEN, end=AT_TEN_TWENTY, types=["PUBLIC", "CPTS"], cpts=[LILAS, MESURE]) for one in (ANNE, BRUNO)
    ]
    return bundle([*slots, *people([ANNE, BRUNO]), *community(LILAS), *community(MESURE)])


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([at] if at else []), *(path for step, inner in steps for path in places(inner, (*at, step)))]


WHERE = places(answer())
ENTRIES = b'{"resourceType":"Bundle","type":"searchset","entry":['


def holder(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A true answer in which up to four places were replaced, removed, repeated or filled from elsewhere."""
    whole = answer()
    for path in draw(st.lists(st.sampled_from(WHERE), min_size=1, max_size=4)):
        try:
            inside = holder(whole, path)
            match draw(st.sampled_from(["replace", "remove", "repeat", "graft"])):
                case "replace":
                    inside[path[-1]] = draw(ANYTHING)
                case "remove":
                    del inside[path[-1]]
                case "repeat":
                    inside[path[-1]] = [deepcopy(inside[path[-1]])] * draw(st.integers(2, 4))
                case _:
                    other = draw(st.sampled_from(WHERE))
                    inside[path[-1]] = deepcopy(holder(whole, other)[other[-1]])
        except (KeyError, IndexError, TypeError):
            continue  # a change before this one took the place away
    return whole


def check(reading: Reading) -> None:
    window = asked(ANNE, BRUNO).window
    for one in reading.slots:
        assert one.national_id in {ANNE, BRUNO}
        assert window.start <= one.start <= window.end
        assert timedelta(0) < one.end - one.start < timedelta(hours=24)
        assert one.booking_url == "" or urlsplit(one.booking_url)[:2] == ("https", "alpha.example")
        assert all(len(cpts.finess) == 9 for cpts in one.cpts)
        shown = " ".join([one.place.line, one.place.city, one.place.phone])
        assert shown.isprintable()
    assert all(one.reason and one.path is not None for one in (*reading.rejects, *reading.remarks))


def read_bytes(content: bytes) -> Reading | None:
    try:
        return read_answer(open_envelope(content).entries, asked(ANNE, BRUNO))
    except AnswerUnusable:
        return None


def test_the_answer_the_changes_start_from_is_read_whole() -> None:
    reading = read_bytes(json.dumps(answer()).encode())
    assert reading is not None
    assert [one.national_id for one in reading.slots] == [ANNE, BRUNO]
    assert len(WHERE) > 150


@QUIETLY
@given(mutated())
def test_a_true_answer_changed_anywhere(whole: dict[str, Any]) -> None:
    if reading := read_bytes(json.dumps(whole).encode()):
        check(reading)


@QUIETLY
@given(st.data())
def test_a_true_answer_cut_or_overwritten_in_the_middle(data: st.DataObject) -> None:
    content = json.dumps(answer()).encode()
    at = data.draw(st.integers(0, len(content)))
    broken = content[:at] + data.draw(st.binary(max_size=6)) + content[at + data.draw(st.integers(0, 40)) :]
    if reading := read_bytes(broken):
        check(reading)


@QUIETLY
@given(st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_anything_at_all(content: bytes) -> None:
    assert read_bytes(content) is None or not read_bytes(content).slots  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "content",
    [
        ENTRIES + b'{"resource":{"resourceType":"Slot"}},' * 4_999 + b"{}]}",
        ENTRIES + b"[" * 60 + b"]" * 60 + b"]}",
        b'{"resourceType":"Bundle","type":"searchset","x":"' + b"a" * 1_900_000 + b'"}',
        ENTRIES + b'{"resource":{"resourceType":"Slot","start":' + b"9" * 1_000_000 + b"}}]}",
    ],
    ids=["as many broken entries as allowed", "deep", "one long text", "one long number"],
)  # fmt: skip
def test_answers_made_to_cost_end_in_an_outcome(editor: TestEditor, content: bytes) -> None:
    editor.answer = body(content)
    report = ask_once(editor)
    assert report.slots == ()
    assert report.outcome in {Outcome.INVALID, Outcome.PARTIAL, Outcome.EMPTY}


def test_forty_bombs_leave_no_memory_behind(editor: TestEditor) -> None:
    """Each would be 64 MiB if it were read to its end."""
    editor.answer = compressed(b" " * (64 * 1024 * 1024), "gzip")
    assert ask_once(editor).outcome == Outcome.INVALID
    gc.collect()
    before = psutil.Process().memory_info().rss
    for _ in range(40):
        assert ask_once(editor).outcome == Outcome.INVALID
    gc.collect()
    assert psutil.Process().memory_info().rss - before < 96 * 1024 * 1024
