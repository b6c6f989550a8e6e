"""A thousand confirmations of one last place: one winner, and the proof that without the guard there would be more."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from agenda.own.models import Hold, Occurrence
from agenda.own.offer import SlotFull
from booking.patients import changing, confirming, drafts
from booking.patients.meetings import shown_own
from booking.patients.models import Booking, Draft
from sasportal.accounts.models import User
from sasportal.outbox.models import Delivery
from tests.booking.test_own_races import AT_ONCE, together
from tests.patient_booking import cast

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 1000


@pytest.fixture
def last_place(valkey) -> Occurrence:
    """One place left of two."""
    cast.anne()
    row = cast.offered(capacity=2)
    Occurrence.objects.update(taken=1)
    row.refresh_from_db()
    return row


def test_a_thousand_confirmations_of_one_last_place(last_place: Occurrence) -> None:
    ready = cast.prepared(last_place, PEOPLE)

    def confirm(number: int) -> str:
        account, draft = ready[number]
        try:
            confirming.confirm(actor=account, draft=draft)
        except SlotFull:
            return "full"
        return "booked"

    said = together(confirm)
    last_place.refresh_from_db()
    assert (said.count("booked"), said.count("full")) == (1, PEOPLE - 1)
    assert (last_place.taken, Booking.objects.count()) == (2, 1)
    assert Delivery.objects.filter(channel="patient-notice").count() == 1


def test_in_browsers_the_losers_get_the_next_places_and_no_error(last_place: Occurrence) -> None:
    cast.offered(start=cast.later(4))
    ready = cast.prepared(last_place, AT_ONCE)
    browsers = [cast.browser(account) for account, _ in ready]

    def confirm(number: int) -> str:
        answer = browsers[number].post(cast.step(ready[number][1], "verifier"))
        return f"{answer.status_code} {'Les prochaines places' in answer.content.decode()}"

    said = together(confirm, people=AT_ONCE)
    assert (said.count("302 False"), said.count("409 True")) == (1, AT_ONCE - 1)


def test_the_control_run_without_the_guard_gives_the_place_away_many_times(last_place: Occurrence) -> None:
    """Read, compare, write: what the lock forbids. If this fails, the others prove nothing."""
    meet = threading.Barrier(AT_ONCE)

    def take_naively(_: int) -> str:
        found = Occurrence.objects.get(pk=last_place.pk)
        meet.wait(timeout=30)
        if found.taken >= found.capacity:
            return "full"
        Occurrence.objects.filter(pk=last_place.pk).update(taken=found.taken + 1)
        return "taken"

    assert together(take_naively, people=AT_ONCE).count("taken") > 1


def test_holds_of_one_last_place_one_winner(last_place: Occurrence) -> None:
    shown = {number: shown_own(cast.search_for(str(number)), cast.key_of(last_place)) for number in range(AT_ONCE)}

    def begin(number: int) -> str:
        try:
            drafts.begin(owner=cast.owner(str(number)), shown=shown[number])
        except SlotFull:
            return "full"
        return "held"

    said = together(begin, people=AT_ONCE)
    assert (said.count("held"), Hold.objects.count()) == (1, 1)


def test_the_control_run_counts_the_holds_without_waiting(last_place: Occurrence) -> None:
    """Counting, then inserting, without the lock of the occurrence: several hold the one place."""
    meet = threading.Barrier(AT_ONCE)

    def hold_naively(number: int) -> str:
        held = Hold.objects.filter(occurrence=last_place, expires_at__gt=timezone.now()).count()
        meet.wait(timeout=30)
        if last_place.taken + held >= last_place.capacity:
            return "full"
        Hold.objects.create(
            pk=UUID(int=number), occurrence=last_place, expires_at=timezone.now() + timedelta(minutes=10)
        )
        return "held"

    assert together(hold_naively, people=AT_ONCE).count("held") > 1


def test_one_draft_confirmed_many_times_at_once_is_one_booking(last_place: Occurrence) -> None:
    (account, draft), *_ = cast.prepared(last_place, 1)

    def confirm(_: int) -> str:
        mine = Draft.objects.filter(pk=draft.pk).select_related("person__key", "key").first()
        return str(confirming.confirm(actor=account, draft=mine or draft).pk)

    assert set(together(confirm, people=AT_ONCE)) == {str(draft.pk)}
    last_place.refresh_from_db()
    assert (last_place.taken, Booking.objects.count()) == (2, 1)


def moving(account: User, old: Booking, hour: int) -> Draft:
    """Another time chosen for this booking, ready to be confirmed; its hold is over."""
    row = cast.offered(start=cast.later(hour))
    [(_, draft)] = cast.prepared(row, 1, first=hour)
    Draft.objects.filter(pk=draft.pk).update(account=account, person=old.person, moves=old)
    return drafts.load(draft_id=draft.pk, owner="", account=account)


def test_moved_to_many_times_at_once_it_is_moved_once(last_place: Occurrence) -> None:
    account = cast.patient()
    old = cast.booked(account, last_place)
    ready = [moving(account, old, 4 + 2 * n) for n in range(AT_ONCE)]

    def confirm(number: int) -> str:
        try:
            confirming.confirm(actor=account, draft=ready[number])
        except confirming.MovedAlready:
            return "moved already"
        return "moved"

    said = together(confirm, people=AT_ONCE)
    assert (said.count("moved"), said.count("moved already")) == (1, AT_ONCE - 1)
    last_place.refresh_from_db()
    assert (last_place.taken, Booking.objects.filter(state="booked").count()) == (1, 1)
    assert Occurrence.objects.exclude(pk=last_place.pk).filter(taken=1).count() == 1


def test_moved_and_cancelled_at_once_the_old_place_is_freed_once(last_place: Occurrence) -> None:
    """Each patient moves and cancels the same booking in two tabs; nobody waits for the other in a circle."""
    pairs = []
    Occurrence.objects.update(taken=0, capacity=20)
    for n in range(10):
        account = User.objects.create(username=f"m{n}", email=f"m{n}@exemple.example", kind="patient")
        who = replace(cast.ZOE, given_name=f"M{n}")
        old = cast.booked(account, last_place, who)
        pairs.append((account, old, moving(account, old, 4 + 2 * n)))
    Occurrence.objects.filter(pk=last_place.pk).update(taken=15)  # ten of them, and five others

    def act(number: int) -> str:
        account, old, draft = pairs[number // 2]
        try:
            if number % 2:
                confirming.confirm(actor=account, draft=draft)
                return "moved"
            changing.cancel(actor=account, booking=old)
        except changing.NotCancellable:
            return "moved before"
        return "cancelled"

    said = together(act, people=2 * len(pairs))
    assert said.count("moved") == len(pairs)
    assert said.count("cancelled") + said.count("moved before") == len(pairs)
    last_place.refresh_from_db()
    assert last_place.taken == 5
    assert Booking.objects.filter(state="booked").count() == len(pairs)


def test_one_slot_chosen_many_times_at_once_by_one_browser_is_one_draft(last_place: Occurrence) -> None:
    browser = cast.browser()
    address = cast.start_url(cast.search_for().id, last_place)
    cookie = browser.cookies

    def begin(_: int) -> str:
        one = cast.Client()
        one.cookies = cookie
        try:
            return one.get(address).headers["Location"]
        finally:
            connection.close()

    assert len(set(together(begin, people=AT_ONCE))) == 1
    assert (Draft.objects.count(), Hold.objects.count()) == (1, 1)
