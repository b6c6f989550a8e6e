"""Several relays at once, and a worker killed between sending and writing down: each account is created once."""

import asyncio
import time

import pytest
from aiohttp import web
from django.utils import timezone

from agenda.accounts.models import EditorAccount
from agenda.accounts.sending import BUSY, send
from agenda.accounts.states import Standing
from agenda.models import Editor
from sasportal.outbox.relay import DeliveryFailed, relay
from tests.booking.test_inbound_races import at_once
from tests.editor_accounts.cast import known, later, regulator, sent, signs_in, standing, state
from tests.editor_accounts.rude import RudeEditor, hang
from tests.live import Live

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 6


async def slowly(request: web.Request) -> web.Response:
    await asyncio.sleep(0.3)
    return web.Response(status=201)


def test_relays_at_once_create_once(at_rude: Editor, rude: RudeEditor) -> None:
    people = [regulator(f"8997000001{n:02}", email=f"r{n}@samu47.example") for n in range(8)]
    for user in people:
        signs_in(user)
    at_once(THREADS, lambda _: relay())
    for _ in people:  # those beyond the editor's share wait for a later round
        later()
        sent()
    assert rude.methods == ["POST"] * len(people)
    assert {standing(user, at_rude) for user in people} == {Standing.IN_STEP}


def test_one_account_has_one_sender(at_rude: Editor, rude: RudeEditor) -> None:
    """Two deliveries of one account (an older and a newer wish) never leave at the same time."""
    account = known(regulator(), at_rude, asked_at=timezone.now())
    rude.answers = [slowly] * THREADS

    def work(_: int) -> str:
        try:
            send(account.pk)
        except DeliveryFailed as failed:
            return str(failed)
        return "done"

    results = at_once(THREADS, work)
    assert (rude.methods, set(results) <= {"done", BUSY}, "done" in results) == (["POST"], True, True)
    account.refresh_from_db()
    assert (account.known, account.held_until) == (state().as_json(), None)


def test_without_its_lease_the_guard_is_gone(at_rude: Editor, rude: RudeEditor) -> None:
    """The control run: senders whose hold is taken from them do create twice."""
    account = known(regulator(), at_rude, asked_at=timezone.now())
    rude.answers = [slowly] * 2

    def work(number: int) -> None:
        if number:
            until(lambda: rude.seen)
            EditorAccount.objects.filter(pk=account.pk).update(held_until=None, uncertain=[])
        try:
            send(account.pk)
        except DeliveryFailed:
            return

    at_once(2, work)
    assert rude.methods == ["POST", "POST"]


def until(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_killed_after_sending_creates_no_second_account(
    live_portal: Live, at_rude: Editor, rude: RudeEditor
) -> None:
    rude.answers = [hang]
    user = regulator()
    signs_in(user)
    until(lambda: rude.seen)
    live_portal.kill("worker")
    account = EditorAccount.objects.get()
    assert (account.known, account.uncertain) == (None, [state().as_json()])
    later()
    sent()
    assert rude.methods == ["POST", "PUT"]
    assert standing(user, at_rude) == Standing.IN_STEP
