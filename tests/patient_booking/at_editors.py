"""Anne's agenda at the fake editor Alpha, which takes patients' appointments, and what the tests look at there."""

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from agenda import jobs
from agenda.loops import stop_editor_loop
from agenda.models import Editor
from agenda.recheck import shown_slots
from agenda.searches import Search, open_search
from agenda.slots import Slot, SlotType
from agenda.visibility import Viewer
from booking.patients.models import Booking
from sasportal.outbox.models import Delivery, DeliveryState
from sasportal.outbox.relay import relay
from sasportal.sandbox.editors.bookings import Booking as AtEditor
from sasportal.sandbox.editors.editor import Editor as FakeEditor
from tests.agenda.cast import AGEN, candidate, search_arguments
from tests.booking.live_cast import ANNE, register
from tests.patient_booking import cast
from tests.sandbox_editors.world import World

SECRET = hashlib.sha256(b"inbound-alpha").hexdigest()
ZOE = "Zoé CANARI, 04/05/1986, 06 39 98 00 01"


@pytest.fixture
def world(own_world, make_config, live_server, valkey) -> Iterator[World]:
    """The fake editors, which tell a portal that listens."""
    yield own_world(make_config() | {"portal_url": live_server.url})
    stop_editor_loop()


@pytest.fixture
def alpha(world: World) -> FakeEditor:
    return world.editors["alpha"]


@pytest.fixture
def editor(world: World) -> Editor:
    return register(world, writes_appointments=True, inbound_secret_sha256=SECRET)


@pytest.fixture
def patient(db: None) -> Client:
    return cast.browser(cast.patient())


def searched(browser: str = "one") -> Search:
    arguments = search_arguments(candidate(ANNE), owner=cast.owner(browser), near=AGEN, viewer=Viewer.PATIENT)
    search = open_search(**arguments)
    jobs.run(search.id)
    return search


def slots_of(search: Search) -> list[Slot]:
    soon = timezone.now() + timedelta(minutes=30)
    found = [one for one in shown_slots(search) if one.start > soon]
    assert found
    assert all(SlotType.PUBLIC in one.types for one in found)
    return found


def start(client: Client, search: Search, slot: Slot) -> Any:
    return client.get("/patient/rendez-vous/nouveau", {"recherche": str(search.id), "creneau": slot.key})


def asked(client: Client, browser: str = "one") -> Booking:
    """Every step up to the confirmation of the first free slot."""
    search = searched(browser)
    first = start(client, search, slots_of(search)[0]).headers["Location"]
    client.post(f"{first}pour-qui", {"pour": "moi"})
    client.post(f"{first}pour-qui/moi", cast.typed())
    client.post(f"{first}motif", {"motif": "symptom", "precision": "toux depuis lundi"})
    answer = client.post(f"{first}verifier")
    booking = Booking.objects.get()
    assert answer.headers["Location"] == f"/patient/rendez-vous/{booking.pk}/"
    return booking


def sent() -> None:
    """Let the relay send what waits, whatever its pauses."""
    Delivery.objects.filter(state=DeliveryState.PENDING).update(not_before=timezone.now())
    while relay():
        pass


def page(client: Client, booking: Booking) -> str:
    return client.get(f"/patient/rendez-vous/{booking.pk}/").content.decode()


def held(alpha: FakeEditor) -> list[tuple[str, str, str]]:
    return [(one.value, str(one.status), one.patient) for one in alpha.bookings.of_patients()]


def state(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.state


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def subjects() -> list[str]:
    return [one.subject.split(" : ")[0] for one in mail.outbox]


def the_one(alpha: FakeEditor) -> AtEditor:
    [one] = alpha.bookings.of_patients()
    return one
