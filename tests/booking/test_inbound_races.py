"""Parallel news of one appointment, with real threads and commits, and the control runs without the guards."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from agenda.models import Editor
from booking.models import Appointment, AppointmentEvent, Orientation
from tests.booking.cast import AGEN, EditorClient, appointment, editor, orientation, regulator, sos_appointment, updated

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 50
CONSTRAINT = "one_row_per_editor_and_identifier"


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0..count-1)` in as many threads, all released by one barrier."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        try:
            barrier.wait(30)
            results[number] = work(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def alpha():
    one = editor(appointment_systems=["https://alpha.example/rendez-vous"])
    orientation(regulator(), one)
    return one


@pytest.fixture
def without_constraint(transactional_db):
    """The control run: the guard is gone, and must be missed."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE booking_appointment DROP CONSTRAINT {CONSTRAINT}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE booking_appointment CASCADE")
        cursor.execute(f"ALTER TABLE booking_appointment ADD CONSTRAINT {CONSTRAINT} UNIQUE (editor_id, system, value)")


@pytest.mark.parametrize(
    ("profile", "received_by"),
    [(appointment, {}), (sos_appointment, {"practitioner": "", "structure": AGEN[1:]})],
)
def test_fifty_identical_posts_are_one_row(alpha, profile, received_by) -> None:
    Orientation.objects.update(state="opened", **received_by)
    answers = at_once(THREADS, lambda _: EditorClient().post(profile()))
    assert [answer.status_code for answer in answers] == [201] * THREADS
    assert len({answer["Location"] for answer in answers}) == 1
    assert (Appointment.objects.count(), AppointmentEvent.objects.count()) == (1, 1)
    assert list(Orientation.objects.get().events.values_list("state", flat=True)) == ["booked"]


def test_without_the_constraint_they_are_several(alpha, without_constraint) -> None:
    at_once(THREADS, lambda _: EditorClient().post(appointment()))
    assert Appointment.objects.count() > 1


def test_posts_and_puts_in_any_order_end_on_the_newest(alpha) -> None:
    def send(number: int) -> int:
        if number == 0:
            return EditorClient().post(appointment()).status_code
        status = ["booked", "fulfilled", "noshow", "cancelled"][number % 4]
        return EditorClient().put(appointment(status=status, meta=updated(number))).status_code

    statuses = at_once(32, send)
    assert set(statuses) <= {200, 201}
    kept = Appointment.objects.get()
    newest = AppointmentEvent.objects.order_by("-last_updated").first()
    assert (kept.status, kept.last_updated) == ("cancelled", newest.last_updated)
    assert (newest.applied, AppointmentEvent.objects.count()) == (True, 32)
    assert kept.version == AppointmentEvent.objects.filter(applied=True).count()
    assert Orientation.objects.get().state == "cancelled"


def test_one_version_is_updated_once(alpha) -> None:
    EditorClient().post(appointment())

    def send(number: int) -> int:
        return EditorClient().put(appointment(meta=updated(number + 1)), **{"If-Match": 'W/"1"'}).status_code

    assert sorted(at_once(16, send)) == [200] + [412] * 15


def test_one_system_is_claimed_by_one_editor() -> None:
    for number in range(8):
        editor(f"E{number}")

    def send(number: int) -> int:
        client = EditorClient()
        client.headers = {"X-SAS-Editor-Secret": f"secret-E{number}"}
        return client.post(appointment(f"rdv-{number}")).status_code

    assert sorted(at_once(8, send)) == [201] + [403] * 7
    owners = [one for one in Editor.objects.all() if one.appointment_systems]
    assert len(owners) == 1
