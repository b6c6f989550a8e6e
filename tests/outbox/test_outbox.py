"""What must leave leaves once it is committed, once in effect, however often something fails or dies."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from sasportal.accounts.models import Role
from sasportal.audit.models import Entry
from sasportal.outbox import relay as relaying
from sasportal.outbox import tasks
from sasportal.outbox.deliveries import deliver, send_again, take_back
from sasportal.outbox.models import Delivery, DeliveryState
from sasportal.outbox.relay import DeliveryFailed, DeliveryRefused, relay
from tests.accounts.people import professional, signed_in_by_psc

NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


class Channel:
    """A channel of the tests: remembers what it was given, does what it is told."""

    taken: list[dict[str, Any]] = []
    does: Any = None


def test_channel(**payload: Any) -> None:
    if Channel.does is not None:
        Channel.does(payload)
    Channel.taken.append(payload)


test_channel.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def channel(settings) -> Iterator[type[Channel]]:
    Channel.taken, Channel.does = [], None
    settings.OUTBOX_CHANNELS = {"test": f"{__name__}.test_channel"}
    relaying.channel.cache_clear()
    yield Channel
    relaying.channel.cache_clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def failing(error: Exception) -> Any:
    def fail(_: dict[str, Any]) -> None:
        raise error

    return fail


def only() -> Delivery:
    return Delivery.objects.get()


@pytest.mark.django_db
def test_what_is_due_is_sent_in_order_and_once(clock: time_machine.Traveller) -> None:
    deliver("test", n=1)
    clock.shift(1)
    deliver("test", n=2)
    assert (relay(), relay()) == (2, 0)
    assert Channel.taken == [{"n": 1}, {"n": 2}]
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}


@pytest.mark.django_db
def test_a_key_is_written_once_for_ever(clock: time_machine.Traveller) -> None:
    assert deliver("test", key="orientation:1", n=1) is not None
    assert deliver("test", key="orientation:1", n=1) is None
    relay()
    assert deliver("test", key="orientation:1", n=1) is None
    relay()
    assert Channel.taken == [{"n": 1}]


@pytest.mark.django_db
def test_what_is_for_later_waits_and_can_be_taken_back_meanwhile(clock: time_machine.Traveller) -> None:
    deliver("test", key="a", not_before=NOW + timedelta(seconds=30), n=1)
    deliver("test", key="b", not_before=NOW + timedelta(seconds=30), n=2)
    relay()
    assert Channel.taken == []
    assert take_back("a") is True
    clock.shift(31)
    relay()
    assert Channel.taken == [{"n": 2}]
    assert (take_back("a"), take_back("b")) == (False, False)


@pytest.mark.django_db
def test_a_failure_is_tried_again_later_and_later(clock: time_machine.Traveller, channel: type[Channel]) -> None:
    deliver("test", n=1)
    channel.does = failing(DeliveryFailed("occupé"))
    relay()
    waiting = only()
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("pending", 1, "occupé")
    assert timedelta(seconds=5) <= waiting.not_before - NOW <= timedelta(seconds=10)
    relay()
    assert only().attempts == 1
    clock.shift(11)
    channel.does = None
    relay()
    assert (only().state, Channel.taken) == ("delivered", [{"n": 1}])


def test_pauses_double_up_to_an_hour() -> None:
    bounds = [(relaying.pause(n), timedelta(seconds=min(10 * 2 ** (n - 1), 3600))) for n in (1, 2, 5, 9, 10, 30)]
    assert all(longest / 2 <= waited <= longest for waited, longest in bounds)


@pytest.mark.django_db
def test_after_so_many_attempts_it_is_a_dead_letter_until_somebody_sends_it_again(
    clock: time_machine.Traveller, channel: type[Channel]
) -> None:
    deliver("test", n=1)
    channel.does = failing(DeliveryFailed("occupé"))
    for _ in range(relaying.MOST_ATTEMPTS):
        relay()
        clock.shift(3601)
    assert (only().state, only().attempts, only().last_error) == ("dead", relaying.MOST_ATTEMPTS, "occupé")
    channel.does = None
    relay()
    assert Channel.taken == []
    admin = professional("899700000021", Role.ADMIN)
    assert send_again(actor=admin, delivery=only()) is True
    assert send_again(actor=admin, delivery=only()) is False
    relay()
    assert (only().state, Channel.taken) == ("delivered", [{"n": 1}])
    assert Entry.objects.filter(action="delivery_sent_again", target=str(only().pk)).count() == 1


@pytest.mark.django_db
def test_a_refusal_is_final_at_once(clock: time_machine.Traveller, channel: type[Channel]) -> None:
    deliver("test", n=1)
    channel.does = failing(DeliveryRefused("adresse inconnue"))
    relay()
    assert (only().state, only().last_error) == ("dead", "adresse inconnue")


@pytest.mark.django_db
def test_a_fault_of_ours_does_not_stop_the_others_nor_speak(
    clock: time_machine.Traveller, channel: type[Channel]
) -> None:
    deliver("test", n=1)
    clock.shift(1)
    deliver("test", n=2)

    def break_once(payload: dict[str, Any]) -> None:
        if payload["n"] == 1:
            raise ValueError("Jeanne DUPONT")

    channel.does = break_once
    relay()
    assert Channel.taken == [{"n": 2}]
    assert Delivery.objects.get(state="pending").last_error == "ValueError"


@pytest.mark.django_db
def test_what_a_dead_relay_held_is_taken_over_after_its_lease(
    clock: time_machine.Traveller, channel: type[Channel]
) -> None:
    deliver("test", n=1)

    def die(_: dict[str, Any]) -> None:
        raise SystemExit  # as a killed process: nothing after this line runs

    channel.does = die
    with pytest.raises(SystemExit):
        relay()
    channel.does = None
    assert relay() == 0
    clock.shift(relaying.LEASE + timedelta(seconds=1))
    assert relay() == 1
    assert Channel.taken == [{"n": 1}]


@pytest.mark.django_db
def test_a_relay_that_wakes_up_late_does_not_undo_what_another_did(
    clock: time_machine.Traveller, channel: type[Channel]
) -> None:
    deliver("test", n=1)

    def sleep_while_another_sends(_: dict[str, Any]) -> None:
        channel.does = None
        clock.shift(relaying.LEASE + timedelta(seconds=1))
        assert relay() == 1
        raise DeliveryFailed("trop tard")

    channel.does = sleep_while_another_sends
    relay()
    assert (only().state, only().attempts) == ("delivered", 2)


@pytest.mark.django_db(transaction=True)
def test_a_change_rolled_back_sends_nothing() -> None:
    def change() -> None:
        with transaction.atomic():
            deliver("test", n=1)
            raise RuntimeError

    pytest.raises(RuntimeError, change)
    assert Delivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_relays_at_once_send_each_delivery_once() -> None:
    for n in range(60):
        deliver("test", n=n)
    gate = threading.Barrier(8)

    def work() -> None:
        gate.wait(10)
        relay()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(one["n"] for one in Channel.taken) == list(range(60))
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}


@pytest.mark.django_db
def test_old_deliveries_are_forgotten_dead_ones_are_not(clock: time_machine.Traveller) -> None:
    for state in DeliveryState:
        Delivery.objects.create(channel="test", state=state, ended_at=NOW - timedelta(days=31))
    tasks.purge_deliveries()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending", "dead"}


@pytest.mark.django_db
def test_an_admin_sees_deliveries_and_sends_dead_ones_again(valkey) -> None:
    dead = Delivery.objects.create(channel="test", payload={"n": 1}, state=DeliveryState.DEAD, last_error="occupé")
    client: Client = signed_in_by_psc(professional("899700000021", Role.ADMIN))
    assert "occupé" in client.get("/admin/outbox/delivery/").content.decode()
    client.post("/admin/outbox/delivery/", {"action": "again", "_selected_action": [str(dead.pk)]})
    assert only().state == "pending"
    regulator = signed_in_by_psc(professional("899700000013", Role.REGULATOR))
    assert regulator.get("/admin/outbox/delivery/").status_code == 302
