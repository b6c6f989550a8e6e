"""Two hundred people for the last places: exactly as many winners as places, and the proof that it is a race."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest
from django.db import IntegrityError, connection

from agenda.own import editing, offer, series
from agenda.own.editing import Scope
from agenda.own.models import Occurrence
from agenda.own.offer import SlotFull, SlotGone
from agenda.own.refusals import OccurrenceTaken, OverlapsAnother
from tests.own_agenda import cast

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 200
AT_ONCE = 25  # connections; the barrier lets them go together


def together(act: Callable[[], str], people: int = PEOPLE) -> list[str]:
    """Run `act` for everybody, AT_ONCE at the same instant, each on a connection of its own."""
    barrier = threading.Barrier(AT_ONCE)

    def one(_: int) -> list[str]:
        connection.ensure_connection()
        barrier.wait(timeout=30)
        try:
            return [act() for _ in range(people // AT_ONCE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [said for several in pool.map(one, range(AT_ONCE)) for said in several]


@pytest.fixture
def row(transactional_db, monday) -> Occurrence:
    cast.practitioner()
    plan = cast.plan(kind="range", capacity=6, end_time=time(11))
    return series.open_series(actor=cast.effector(), national_id=cast.ANNE, plan=plan).occurrences.get()


def test_exactly_as_many_winners_as_places(row: Occurrence) -> None:
    def take() -> str:
        try:
            offer.take_place(occurrence_id=row.pk, now=cast.MONDAY)
        except SlotFull:
            return "full"
        return "taken"

    said = together(take)
    assert (said.count("taken"), said.count("full")) == (6, PEOPLE - 6)
    assert Occurrence.objects.get().taken == 6


def test_without_the_guard_there_would_be_more_winners_than_places(row: Occurrence) -> None:
    """The control run: read, compare, write. If this stops failing, the test above proves nothing."""
    meet = threading.Barrier(AT_ONCE)

    def take_naively() -> str:
        found = Occurrence.objects.get(pk=row.pk)
        meet.wait(timeout=30)
        if found.taken >= found.capacity:
            return "full"
        Occurrence.objects.filter(pk=row.pk).update(taken=found.taken + 1)
        return "taken"

    assert together(take_naively).count("taken") > 6


def test_the_database_holds_even_against_code_that_forgets_the_guard(row: Occurrence) -> None:
    Occurrence.objects.update(taken=6)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE agenda_occurrence SET taken = taken + 1")


def test_taking_and_withdrawing_meet_without_losing_a_patient(row: Occurrence) -> None:
    """Either the place was taken and the range stays, or it is withdrawn and nobody holds a place."""
    anne, first = cast.effector(), threading.Lock()

    def act() -> str:
        if first.acquire(blocking=False):
            try:
                editing.withdraw(actor=anne, national_id=cast.ANNE, occurrence_id=row.pk, scope=Scope.ALL)
            except OccurrenceTaken:
                return "refused"
            return "withdrawn"
        try:
            offer.take_place(occurrence_id=row.pk, now=cast.MONDAY)
        except (SlotFull, SlotGone):
            return "too late"
        return "taken"

    said = together(act, people=AT_ONCE)
    row.refresh_from_db()
    assert (row.taken, row.cancelled) == (said.count("taken"), "withdrawn" in said)
    assert bool(row.taken) != row.cancelled


def test_one_range_is_opened_however_many_times_it_is_asked_for(row: Occurrence) -> None:
    anne = cast.effector()

    def open_it() -> str:
        try:
            series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.plan(place_key=cast.MESURE))
        except OverlapsAnother:
            return "refused"
        return "opened"

    said = together(open_it, people=AT_ONCE)
    assert (said.count("opened"), said.count("refused")) == (1, AT_ONCE - 1)
    assert Occurrence.objects.filter(place_key=cast.MESURE).count() == 1


def test_the_job_run_twice_at_once_writes_each_date_once(row: Occurrence, monday) -> None:
    found = series.open_series(
        actor=cast.effector(), national_id=cast.ANNE,
        plan=cast.weekly(place_key=cast.MESURE, last_day=None, exceptions=()),
    )  # fmt: skip
    found.occurrences.all().delete()
    together(lambda: str(series.refresh(now=cast.MONDAY)), people=AT_ONCE)
    days = list(found.occurrences.values_list("day", flat=True))
    assert len(days) == len(set(days)) == 26
