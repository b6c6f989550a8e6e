"""Whatever an editor sends, it gets an OperationOutcome and never a 500; what is kept makes sense."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.models import Appointment, AppointmentStatus
from tests.booking.cast import EditorClient, appointment, editor, issues, regulator, sos_appointment

pytestmark = pytest.mark.django_db
QUIETLY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["booked", "2026-11-23T09:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
                       "\0", "\ud800", "'; --", "<script>", "urn:oid:1.2.250.1.71.4.2.1", "899700001001", "x" * 300])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a resource."""
    found = [at] if at else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found += paths(inner, (*at, step))
    return found


def put_at(resource: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        resource = resource[step]
    resource[path[-1]] = value


def dumped(value: Any) -> bytes:
    """JSON as a careless writer makes it, lone surrogates and NaN included."""
    return json.dumps(value).encode()


@pytest.fixture
def alpha():
    regulator()
    return editor()


def check(response: Any) -> None:
    assert response.status_code in {200, 201, 400, 403, 412, 413, 415, 422}
    assert issues(response)
    for kept in Appointment.objects.all():
        assert kept.end > kept.start
        assert kept.status in AppointmentStatus.values


PROFILES = (appointment, sos_appointment)
PLACES = [(profile, path) for profile in PROFILES for path in paths(profile())]


@QUIETLY
@given(place=st.sampled_from(PLACES), value=VALUES, by_put=st.booleans())
def test_one_element_replaced_by_anything(alpha, place, value, by_put) -> None:
    profile, path = place
    resource = profile()
    put_at(resource, path, value)
    client = EditorClient()
    send = client.put if by_put else client.post
    search = {"search": "https://alpha.example/rendez-vous|rdv-1"} if by_put else {}
    check(send(dumped(resource), **search))


@QUIETLY
@given(extra=st.dictionaries(st.text(max_size=12), VALUES, max_size=3))
def test_anything_added(alpha, extra) -> None:
    check(EditorClient().post(dumped(appointment() | extra)))


@QUIETLY
@given(body=st.binary(max_size=200) | VALUES.map(dumped))
def test_any_body(alpha, body) -> None:
    response = EditorClient().post(body or b" ")
    assert response.status_code == 400
    assert issues(response)[0][0] == "error"


@QUIETLY
@given(search=st.text(max_size=40), if_match=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_any_address_and_precondition(alpha, search, if_match) -> None:
    check(EditorClient().put(appointment(), search=quote(search), **{"If-Match": if_match}))
