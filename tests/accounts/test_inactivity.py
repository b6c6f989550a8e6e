"""Eight months of silence warn, nine suspend; missed days are caught up, nothing is done twice."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from sasportal.accounts import grants, mails, tasks
from sasportal.accounts.inactivity import suspend_the_inactive
from sasportal.accounts.models import Role, User
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from sasportal.outbox.relay import relay
from tests.accounts import cast
from tests.sandbox_mailbox.mailbox import post_office

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 31, 12, tzinfo=UTC)
WARNED = datetime(2026, 9, 30, 12, tzinfo=UTC)
SUSPENDED = datetime(2026, 10, 31, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def garde(clock) -> User:
    """A local account opened on 31 January at noon, which never signed in."""
    return cast.regulator("garde@samu.example")


def at(moment: datetime, clock: time_machine.Traveller) -> None:
    clock.move_to(moment)
    suspend_the_inactive(now=timezone.now())


def state(user: User) -> tuple[bool, bool]:
    """(warned, open)"""
    user = User.objects.get(pk=user.pk)
    return user.warned_at is not None, user.is_active


def sent() -> list[str]:
    written = Delivery.objects.filter(channel__startswith="inactivity-").order_by("created_at")
    return list(written.values_list("channel", flat=True))


def test_the_calendar_decides_to_the_second(garde, clock):
    seen = []
    for moment in (WARNED - timedelta(days=2), WARNED, SUSPENDED - timedelta(seconds=1), SUSPENDED):
        at(moment, clock)
        seen.append(state(garde))
    assert seen == [(False, True), (True, True), (True, True), (True, False)]
    assert sent() == ["inactivity-warning", "inactivity-suspension"]
    assert User.objects.get(pk=garde.pk).suspended_for == "inactivity"
    entries = Entry.objects.filter(target=str(garde.technical_id)).order_by("id")
    assert [(entry.actor, entry.action) for entry in entries][-2:] == [
        ("system", "inactivity_warned"), ("system", "account_suspended"),
    ]  # fmt: skip
    assert entries.last().detail == {"reason": "inactivity"}


def test_run_twice_it_does_it_once(garde, clock):
    for moment in (WARNED, WARNED, WARNED + timedelta(days=3), SUSPENDED, SUSPENDED):
        at(moment, clock)
    assert sent() == ["inactivity-warning", "inactivity-suspension"]


def test_weeks_of_silence_of_the_job_are_caught_up(garde, clock):
    at(SUSPENDED + timedelta(days=40), clock)
    assert (state(garde), sent()) == ((False, False), ["inactivity-suspension"])


def test_signing_in_counts_from_there_and_a_second_silence_is_warned_again(garde, clock):
    at(WARNED, clock)
    User.objects.filter(pk=garde.pk).update(last_login=WARNED + timedelta(days=1))
    at(SUSPENDED, clock)
    assert state(garde) == (True, True)
    at(datetime(2027, 6, 2, tzinfo=UTC), clock)
    assert (state(garde), sent()) == ((True, True), ["inactivity-warning", "inactivity-warning"])


def test_a_reopened_account_has_as_long_as_a_new_one(garde, clock):
    at(SUSPENDED, clock)
    grants.reopen(actor="system", user=garde)
    at(SUSPENDED + timedelta(days=1), clock)
    assert (state(garde)[1], sent()) == (True, ["inactivity-suspension"])
    at(datetime(2027, 7, 1, tzinfo=UTC), clock)
    assert sent() == ["inactivity-suspension", "inactivity-warning"]


@pytest.mark.parametrize("role", [None, *Role])
def test_only_those_who_regulate_or_manage_accounts_are_concerned(clock, role):
    user = cast.person("899700000013")
    if role:
        grants.grant(actor="system", user=user, role=role, finess="470000012", national_id="899700000021", editor_id=1)
    at(SUSPENDED, clock)
    assert state(user)[1] is (role not in {Role.REGULATOR, Role.ACCOUNT_MANAGER})


def test_who_no_longer_regulates_and_who_has_no_address(garde, clock):
    silent = cast.regulator("899700000013")
    grants.revoke(actor="system", given=garde.grants.get())
    at(WARNED, clock)
    assert (state(garde), state(silent), sent()) == ((False, True), (True, True), [])


def test_the_task_is_the_same_job(garde, clock):
    clock.move_to(SUSPENDED)
    tasks.suspend_the_inactive()
    assert state(garde) == (False, False)


def test_the_mails_arrive_and_say_what_to_do(garde, clock, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with post_office(tmp_path) as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", post.smtp_port, False
        for moment in (WARNED, SUSPENDED):
            at(moment, clock)
            relay()
        warning, suspension = post.mails
    assert (warning.to, warning.subject) == ("garde@samu.example", "Votre compte va être suspendu")
    assert "votre compte sera suspendu le 31 octobre 2026" in warning.part("plain")
    assert "<strong>31 octobre 2026</strong>" in warning.part("html")
    assert suspension.subject == "Votre compte est suspendu"
    assert "gestionnaire de comptes de votre territoire" in suspension.part("plain")


def test_a_mail_that_is_no_longer_true_is_not_sent(garde, clock, mailoutbox):
    at(WARNED, clock)
    User.objects.filter(pk=garde.pk).update(last_login=WARNED + timedelta(minutes=1))
    mails.inactivity_warning(user_id=garde.pk)
    mails.inactivity_suspension(user_id=garde.pk)
    assert mailoutbox == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_time_do_it_once():
    people = [cast.regulator(f"garde{n}@samu.example") for n in range(6)]
    now = timezone.now()
    for n, user in enumerate(people):
        age = timedelta(days=250 if n % 2 else 300)
        User.objects.filter(pk=user.pk).update(date_joined=now - age)
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait(10)
        suspend_the_inactive(now=now)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(sent()) == ["inactivity-suspension"] * 3 + ["inactivity-warning"] * 3
    assert Entry.objects.filter(action__in=["inactivity_warned", "account_suspended"]).count() == 6
