"""Whatever an editor answers, reading ends in slots that hold every rule, or in an answer refused whole; never else."""

import gc
import json
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
from tests.agenda.mutations import ANYTHING, mutated, places_in
from tests.agenda.test_asking import ask_once
from tests.agenda.test_reading import ANNE, AT_TEN, AT_TEN_TWENTY, BRUNO, LILAS, MESURE, asked

QUIETLY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answer() -> dict[str, Any]:
    """Two practitioners, one slot shared with two CPTS: every kind of link the flows have."""
    slots = [
        slot(one, AT_TEN, end=AT_TEN_TWENTY, types=["PUBLIC", "CPTS"], cpts=[LILAS, MESURE]) for one in (ANNE, BRUNO)
    ]
    return bundle([*slots, *people([ANNE, BRUNO]), *community(LILAS), *community(MESURE)])


ENTRIES = b'{"resourceType":"Bundle","type":"searchset","entry":['


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
    assert len(places_in(answer())) > 150


@QUIETLY
@given(mutated(answer()))
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
