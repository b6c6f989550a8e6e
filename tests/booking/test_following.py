"""From an appointment sent back to the orientation on the regulator's screen."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from booking.models import Orientation, OrientationEvent, OrientationState
from tests.booking.cast import START, EditorClient, appointment, editor, operator, orientation, regulator, updated

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille():
    return regulator()


@pytest.fixture
def alpha(camille):
    return editor()


def states(one: Orientation) -> list[str]:
    return list(one.events.values_list("state", flat=True))


def test_the_orientation_is_confirmed(camille, alpha) -> None:
    one = orientation(camille, alpha)
    EditorClient().post(appointment())
    one.refresh_from_db()
    assert (one.state, one.appointment.value, states(one)) == ("booked", "rdv-1", ["booked"])
    assert one.events.get().by == f"editor:{alpha.pk}"


@pytest.mark.parametrize("status", ["fulfilled", "noshow", "cancelled"])
def test_it_follows_what_becomes_of_the_appointment(camille, alpha, status) -> None:
    one = orientation(camille, alpha)
    EditorClient().post(appointment())
    EditorClient().put(appointment(status=status, meta=updated(5)))
    one.refresh_from_db()
    assert (one.state, states(one)) == (status, ["booked", status])


def test_it_moves_with_the_appointment(camille, alpha) -> None:
    one = orientation(camille, alpha)
    EditorClient().post(appointment())
    later = START + timedelta(hours=2)
    moved = {"start": later.isoformat(), "end": (later + timedelta(minutes=15)).isoformat()}
    EditorClient().put(appointment(meta=updated(5), **moved))
    one.refresh_from_db()
    assert (one.start, one.end - one.start, states(one)) == (later, timedelta(minutes=15), ["booked", "booked"])


def test_late_news_change_nothing(camille, alpha) -> None:
    one = orientation(camille, alpha)
    EditorClient().put(appointment(status="cancelled", meta=updated(5)))
    EditorClient().post(appointment())
    one.refresh_from_db()
    assert (one.state, states(one)) == ("cancelled", ["cancelled"])


def test_the_same_news_twice_are_one_event(camille, alpha) -> None:
    one = orientation(camille, alpha)
    for _ in range(3):
        EditorClient().post(appointment())
    assert states(one) == ["booked"]


def test_one_given_up_too_early_is_found_again(camille, alpha) -> None:
    one = orientation(camille, alpha, state=OrientationState.CANCELLED)
    EditorClient().post(appointment())
    one.refresh_from_db()
    assert one.state == "booked"


def test_an_open_one_comes_before_one_given_up(camille, alpha) -> None:
    given_up = orientation(camille, alpha, state=OrientationState.CANCELLED)
    open_one = orientation(camille, alpha, opened_at=timezone.now() - timedelta(hours=1))
    EditorClient().post(appointment())
    given_up.refresh_from_db(), open_one.refresh_from_db()
    assert (given_up.state, open_one.state) == ("cancelled", "booked")


def test_only_the_regulators_own_orientation_is_touched(camille, alpha) -> None:
    colleague = regulator("899700000021", username="colleague")
    beta = editor("Beta")
    others = [
        orientation(colleague, alpha),
        orientation(camille, beta),
        orientation(camille, alpha, practitioner="899700001002"),
        orientation(camille, alpha, start=START + timedelta(minutes=20)),
    ]
    EditorClient().post(appointment())
    EditorClient().post(appointment("rdv-2", extension=operator("899700009999")))
    for one in others:
        one.refresh_from_db()
    assert [one.state for one in others] == ["opened"] * 4


def test_two_appointments_answer_two_orientations(camille, alpha) -> None:
    first, second = orientation(camille, alpha), orientation(camille, alpha)
    EditorClient().post(appointment("rdv-1"))
    EditorClient().post(appointment("rdv-2"))
    EditorClient().post(appointment("rdv-3"))
    assert set(Orientation.objects.values_list("appointment__value", flat=True)) == {"rdv-1", "rdv-2"}
    assert set(Orientation.objects.values_list("state", flat=True)) == {"booked"}
    assert {first.pk, second.pk} == set(Orientation.objects.values_list("pk", flat=True))


def test_histories_cannot_be_rewritten(camille, alpha) -> None:
    one = orientation(camille, alpha)
    EditorClient().post(appointment())
    for change in (
        lambda: OrientationEvent.objects.update(state="opened"),
        lambda: one.events.all().delete(),
        lambda: one.appointment.events.update(applied=False),
        lambda: Orientation.objects.get().appointment.events.all().delete(),
    ):
        one.refresh_from_db()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
