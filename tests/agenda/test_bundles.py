"""The envelope: what refuses a whole answer, before anything in it is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.bundles import AnswerUnusable, deeper_than, open_envelope, same_origin

EMPTY = b'{"resourceType":"Bundle","type":"searchset","total":0}'


def why(body: bytes) -> str:
    with pytest.raises(AnswerUnusable) as refused:
        open_envelope(body)
    return refused.value.why


def with_meta(value: bytes) -> bytes:
    return EMPTY[:-1] + b',"meta":' + value + b"}"


def test_an_empty_searchset_is_an_answer() -> None:
    assert open_envelope(EMPTY).entries == []
    assert open_envelope(b"\xef\xbb\xbf" + EMPTY).entries == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b'"Bundle"',
        EMPTY + b"x",
        EMPTY[:-1],
        EMPTY.decode().encode("utf-16"),
        b"\xef\xbb\xbf\xef\xbb\xbf" + EMPTY,
        with_meta(b"NaN"),
        with_meta(b"-Infinity"),
        with_meta(b'"\\ud800"'),
        with_meta(b'"\\udc00 \\ud800"'),
        with_meta(b'"\xed\xa0\x80"'),
        with_meta(b'"\xff"'),
        with_meta(b"'x'"),
        b'{"resourceType":"Bundle","type":"batch"}',
        b'{"resourceType":"Bundle"}',
        b'{"type":"searchset"}',
        b'{"resourceType":"Bundle","type":"searchset","entry":{}}',
    ],
)
def test_a_broken_envelope_refuses_the_answer(body: bytes) -> None:
    assert why(body)


def test_an_operation_outcome_is_no_answer() -> None:
    assert why(b'{"resourceType":"OperationOutcome","issue":[]}') == "OperationOutcome à la place du bundle"


def test_a_surrogate_pair_and_an_escaped_backslash_are_fine() -> None:
    assert open_envelope(with_meta(b'"\\ud83d\\ude00 \\\\ud800"')).entries == []


def test_depth_is_bounded() -> None:
    deepest = b"[" * 63 + b"]" * 63
    assert open_envelope(with_meta(deepest)).entries == []
    assert why(with_meta(b"[" + deepest + b"]")) == "imbrication trop profonde"
    assert why(b'{"a":' * 200_000) == "imbrication trop profonde"
    mixed = b'[{"a":' * 40 + b"1" + b"}]" * 40
    assert why(with_meta(mixed)) == "imbrication trop profonde"


def test_brackets_in_strings_are_no_depth() -> None:
    assert open_envelope(with_meta(b'"' + b"[{" * 500 + b'"')).entries == []
    assert open_envelope(with_meta(b'["\\"[[[", "]"]')).entries == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='[]{}"ab', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="[]{}", max_size=3), inner, max_size=3)
    ),
)


def depth_of(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(values, st.integers(0, 6))
def test_depth_is_never_overestimated(value: object, depth: int) -> None:
    text = json.dumps(value).replace("\\\\", "").replace('\\"', "").encode()
    if deeper_than(text, depth):
        assert depth_of(value) > depth


@given(values)
def test_depth_is_exact_without_brackets_in_strings(value: object) -> None:
    text = json.dumps(strip(value)).encode()
    depth = depth_of(value)
    assert not deeper_than(text, depth)
    assert depth == 0 or deeper_than(text, depth - 1)


def strip(value: object) -> object:
    if isinstance(value, dict):
        return {f"k{n}": strip(one) for n, one in enumerate(value.values())}
    return [strip(one) for one in value] if isinstance(value, list) else "x" if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://alpha.example:443/x", True),
        ("https://ALPHA.example/y?z", True),
        ("http://alpha.example/", False),
        ("https://alpha.example:444/", False),
        ("https://beta.example/", False),
        ("https://alpha.example:port/", False),
    ],
)
def test_same_origin(other: str, same: bool) -> None:
    assert same_origin("https://alpha.example/fhir", other) is same
