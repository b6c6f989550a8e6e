"""A month after the end nothing says any more where and when the person was born."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from directory.models import RegistrationRequest
from directory.registration import drafts, tasks
from directory.registration.forgetting import forget
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.registration import cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def maxence(clock) -> User:
    return cast.manager(cast.BOTH)


def born(request: RegistrationRequest) -> tuple:
    request = cast.again(request)
    return request.birth_date, request.birth_place, request.answers


@pytest.mark.parametrize("state", ["approved", "rejected", "abandoned"])
def test_births_are_erased_a_month_after_the_end(maxence, state):
    over = cast.in_state(state, maxence, cast.admin())
    forget(now=NOW + MONTH - timedelta(seconds=1))
    assert born(over)[1] == "Agen"
    for later in (MONTH, MONTH, timedelta(days=90)):
        forget(now=NOW + later)
    assert born(over) == (None, "", {})
    kept = cast.again(over)
    assert (kept.state, kept.family_name, kept.number) == (state, "Lagarde", over.number)


@pytest.mark.parametrize("state", ["submitted", "in_review", "needs_information"])
def test_an_open_request_keeps_what_it_needs(maxence, state):
    request = cast.in_state(state, maxence, cast.admin())
    forget(now=NOW + timedelta(days=90))
    assert born(request)[1] == "Agen"


def test_a_draft_left_alone_is_abandoned_then_forgotten_whole(maxence, clock):
    draft = cast.draft(maxence)
    forget(now=NOW + MONTH - timedelta(seconds=1))
    assert cast.again(draft).state == "draft"
    clock.move_to(NOW + MONTH)
    tasks.forget_registrations()
    tasks.forget_registrations()
    left = cast.again(draft)
    assert (left.state, [event.state for event in left.events.all()]) == ("abandoned", ["draft", "abandoned"])
    assert (left.events.last().by, Entry.objects.latest("id").actor) == (None, "system")
    clock.move_to(NOW + 2 * MONTH)
    tasks.forget_registrations()
    left = cast.again(draft)
    assert (left.answers, left.search_name, left.name) == ({}, "", "Sans nom")


def test_a_draft_taken_up_again_is_not_abandoned(maxence, clock):
    draft = cast.draft(maxence)
    clock.move_to(NOW + timedelta(days=29))
    drafts.save_answers(request=draft, answers={"phone": "05 53 00 99 99"})
    forget(now=NOW + MONTH)
    assert cast.again(draft).state == "draft"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_abandon_once():
    maxence = cast.manager(cast.BOTH)
    drafts_left = [cast.draft(maxence, **cast.somebody(n)) for n in range(5)]
    RegistrationRequest.objects.update(updated_at=timezone.now() - timedelta(days=31))
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait(10)
        forget(now=timezone.now())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [cast.again(draft).events.filter(state="abandoned").count() for draft in drafts_left] == [1] * 5
