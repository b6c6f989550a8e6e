"""A thousand regulators for the last place: one winner; and the proof that without the guard there would be more."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from agenda.own.models import Occurrence
from agenda.searches import Search
from booking import own_slots, whereabouts
from booking.models import Orientation, OrientationState, Way
from booking.own_slots import SlotFull
from booking.undoing import TooLateToUndo, undo
from sasportal.accounts.models import User
from tests.booking import own_cast as cast

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, AT_ONCE = 1000, 25


def together(act: Callable[[int], str], people: int = PEOPLE) -> list[str]:
    """Run `act` once for each person, AT_ONCE starting at the same instant, each on a connection of its own."""
    barrier = threading.Barrier(AT_ONCE)

    def some(first: int) -> list[str]:
        connection.ensure_connection()
        barrier.wait(timeout=30)
        try:
            return [act(number) for number in range(first, people, AT_ONCE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [said for several in pool.map(some, range(AT_ONCE)) for said in several]


@pytest.fixture
def scene(valkey) -> tuple[User, Occurrence, Search]:
    cast.anne()
    camille, row = cast.regulator(), cast.offered(capacity=2)
    Occurrence.objects.update(taken=1)
    row.refresh_from_db()
    return camille, row, cast.search_for(camille)


def test_a_thousand_regulators_for_one_last_place(scene: tuple[User, Occurrence, Search]) -> None:
    camille, row, search = scene

    def take(_: int) -> str:
        try:
            own_slots.take(actor=camille, search=search, slot_key=cast.key_of(row), token=uuid.uuid4())
        except SlotFull:
            return "full"
        return "taken"

    said = together(take)
    row.refresh_from_db()
    assert (said.count("taken"), said.count("full")) == (1, PEOPLE - 1)
    assert (row.taken, Orientation.objects.count()) == (2, 1)


def test_the_control_run_without_the_guard_gives_the_place_away_many_times(
    scene: tuple[User, Occurrence, Search],
) -> None:
    """Read, compare, write: what the conditional UPDATE forbids. If this fails, the test above proves nothing."""
    camille, row, search = scene
    meet = threading.Barrier(AT_ONCE)
    (slot,), (candidate,) = search.own, search.found.candidates

    def take_naively(_: int) -> str:
        found = Occurrence.objects.get(pk=row.pk)
        meet.wait(timeout=30)
        if found.taken >= found.capacity:
            return "full"
        with transaction.atomic():
            Occurrence.objects.filter(pk=row.pk).update(taken=found.taken + 1)
            Orientation.objects.create(
                regulator=camille, way=Way.OWN, occurrence=row, state=OrientationState.BOOKED, start=slot.start,
                end=slot.end, slot_key=slot.key, **whereabouts.of_practitioner(candidate),
                **whereabouts.of_slot(candidate, slot),
            )  # fmt: skip
        return "taken"

    assert together(take_naively, people=AT_ONCE).count("taken") > 1
    assert Orientation.objects.count() > 1


def test_one_token_sent_many_times_takes_one_place(scene: tuple[User, Occurrence, Search]) -> None:
    camille, row, search = scene
    token = uuid.uuid4()

    def take(_: int) -> str:
        return str(own_slots.take(actor=camille, search=search, slot_key=cast.key_of(row), token=token).pk)

    assert set(together(take, people=AT_ONCE)) == {str(token)}
    row.refresh_from_db()
    assert (row.taken, Orientation.objects.count()) == (2, 1)


def test_undone_many_times_at_once_gives_one_place_back(scene: tuple[User, Occurrence, Search]) -> None:
    camille, row, search = scene
    one = own_slots.take(actor=camille, search=search, slot_key=cast.key_of(row), token=uuid.uuid4())

    def take_back(_: int) -> str:
        try:
            undo(actor=camille, orientation=Orientation.objects.get(pk=one.pk))
        except TooLateToUndo:
            return "late"
        return "undone"

    assert together(take_back, people=AT_ONCE).count("undone") == 1
    row.refresh_from_db()
    assert row.taken == 1
