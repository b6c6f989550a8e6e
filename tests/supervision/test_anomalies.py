"""One fault, one ticket: opened, made graver, closed, opened again; and what the figures call a fault."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections

from agenda.models import Editor, EditorState, Outcome
from agenda.supervision import anomalies, detection
from agenda.supervision.anomalies import Fault
from agenda.supervision.figures import Figures
from agenda.supervision.models import Anomaly, Severity
from agenda.supervision.tallies import tally
from sasportal.accounts.models import Role
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from tests.accounts.people import professional
from tests.supervision.cast import ago, calls, editor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 15, 42, tzinfo=UTC)
SILENT = Fault(rule="silent", severity=Severity.BLOCKING, sentence="Aucune réponse.")
SLOW = Fault(rule="slow", severity=Severity.MINOR, sentence="Lent.")


def watched(now: datetime = NOW) -> list[tuple[str, str, str]]:
    tally()
    detection.watch(now=now)
    return sorted(Anomaly.objects.filter(closed_at=None).values_list("rule", "detail", "severity"))


def test_one_fault_seen_a_hundred_times_is_one_ticket() -> None:
    alpha = editor()
    for minute in range(100):
        anomalies.observe(alpha.pk, [SLOW], now=NOW + timedelta(minutes=minute))
    ticket = Anomaly.objects.get()
    assert (ticket.opened_at, ticket.seen_at) == (NOW, NOW + timedelta(minutes=99))
    assert ticket.due_on == date(2027, 1, 12)


def test_a_graver_sight_brings_the_deadline_nearer_and_never_back() -> None:
    alpha = editor()
    grave = Fault(rule="slow", severity=Severity.BLOCKING, sentence="Très lent.")
    for fault in (SLOW, grave, SLOW):
        anomalies.observe(alpha.pk, [fault], now=NOW)
    ticket = Anomaly.objects.get()
    assert (ticket.severity, ticket.due_on, ticket.sentence) == (Severity.BLOCKING, date(2026, 12, 1), "Lent.")


def test_quiet_for_a_day_it_closes_and_a_relapse_is_a_ticket_of_its_own() -> None:
    alpha = editor()
    anomalies.observe(alpha.pk, [SLOW], now=NOW)
    assert anomalies.close_the_quiet(now=NOW + timedelta(hours=23)) == 0
    assert anomalies.close_the_quiet(now=NOW + timedelta(hours=25)) == 1
    anomalies.observe(alpha.pk, [SLOW], now=NOW + timedelta(hours=26))
    assert [one.closed_at is None for one in Anomaly.objects.order_by("opened_at")] == [False, True]


def test_closing_by_hand_is_written_down_and_happens_once() -> None:
    admin = professional("899700000062", Role.ADMIN)
    anomalies.observe(editor().pk, [SLOW], now=NOW)
    ticket = Anomaly.objects.get()
    anomalies.close(actor=admin, anomaly=ticket, note="Serveur remplacé.", now=NOW)
    with pytest.raises(anomalies.AlreadyClosed):
        anomalies.close(actor=admin, anomaly=ticket, note="Encore.", now=NOW)
    assert Entry.objects.latest("id").action == "anomaly_closed"
    assert Anomaly.objects.get().note == "Serveur remplacé."


def test_administrators_are_told_once_of_a_blocking_anomaly() -> None:
    admin = professional("899700000062", Role.ADMIN)
    type(admin).objects.filter(pk=admin.pk).update(email="ange@sas.example")
    professional("899700000070", Role.ADMIN)  # without an address
    alpha = editor()
    for _ in range(3):
        anomalies.observe(alpha.pk, [SLOW, SILENT], now=NOW)
    assert [(one.channel, one.payload["user_id"]) for one in Delivery.objects.all()] == [
        ("supervision-notice", admin.pk)
    ]


def test_an_editor_that_answers_well_has_no_anomaly() -> None:
    calls(editor(), 200, at=ago(NOW, minutes=5), slots=10)
    assert watched() == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"count": 6, "outcome": Outcome.TIMEOUT, "ms": 6500}, [("late", "", "blocking")]),
        ({"count": 4, "outcome": Outcome.TIMEOUT, "ms": 6500}, []),
        ({"count": 30, "outcome": Outcome.UNREACHABLE}, [("unreachable", "", "blocking")]),
        ({"count": 30, "outcome": Outcome.INVALID}, [("unusable", "", "blocking")]),
        ({"count": 1, "outcome": Outcome.REFUSED}, [("refused", "", "blocking")]),
        ({"count": 1, "outcome": Outcome.INVALID}, [("unusable", "", "major")]),
        ({"count": 30, "ms": 1800}, [("slow", "", "minor")]),
        ({"count": 1, "rejects": {"stranger": 1}, "slots": 400}, [("reject", "stranger", "major")]),
        ({"count": 1, "rejects": {"bad_instant": 1}, "slots": 400}, [("reject", "bad_instant", "minor")]),
        ({"count": 1, "rejects": {"bad_instant": 40}, "slots": 400}, [("reject", "bad_instant", "major")]),
        ({"count": 1, "rejects": {"phone": 400}, "slots": 400}, [("reject", "phone", "minor")]),
    ],
)
def test_what_is_a_fault_and_how_grave(said: dict, found: list) -> None:
    calls(editor(), at=ago(NOW, minutes=5), **said)
    assert watched() == found


def test_one_broken_editor_is_one_ticket_when_the_breaker_opens_too() -> None:
    alpha = editor()
    calls(alpha, 10, at=ago(NOW, minutes=12), outcome=Outcome.INVALID)
    calls(alpha, 90, at=ago(NOW, minutes=5), outcome=Outcome.OPEN, ms=0)
    assert watched() == [("unusable", "", "blocking")]


def test_calls_lost_among_others_are_a_major_anomaly() -> None:
    alpha = editor()
    calls(alpha, 90, at=ago(NOW, minutes=5))
    calls(alpha, 10, at=ago(NOW, minutes=5), outcome=Outcome.OVERLOAD, ms=0)
    assert watched() == [("unreachable", "", "major")]


def test_many_observers_at_once_open_one_ticket(transactional_db) -> None:
    alpha, together = editor(), threading.Barrier(8)

    def see() -> None:
        try:
            together.wait(10)
            anomalies.observe(alpha.pk, [SLOW, SILENT], now=NOW)
        finally:
            connections.close_all()

    seers = [threading.Thread(target=see) for _ in range(8)]
    for one in seers:
        one.start()
    for one in seers:
        one.join()
    assert sorted(Anomaly.objects.values_list("rule", flat=True)) == ["silent", "slow"]


def test_one_late_answer_in_fifty_is_a_major_anomaly() -> None:
    alpha = editor()
    calls(alpha, 49, at=ago(NOW, minutes=5))
    calls(alpha, 1, at=ago(NOW, minutes=5), outcome=Outcome.TIMEOUT, ms=6500)
    assert watched() == [("late", "", "major")]


def test_an_example_says_where_the_reject_stood() -> None:
    path = "Bundle.entry[3].resource.start"
    calls(editor(), 1, at=ago(NOW, minutes=5), rejects={"bad_instant": 1}, broken=[["bad_instant", path]])
    watched()
    assert Anomaly.objects.get().example == path


def test_one_switched_off_is_not_judged() -> None:
    alpha = editor()
    calls(alpha, 30, at=ago(NOW, minutes=5), outcome=Outcome.UNREACHABLE)
    Editor.objects.update(state=EditorState.OFF)
    assert watched() == []


def test_percentages_never_round_up_to_a_whole() -> None:
    assert [detection.percent(one) for one in (0.99999, 1.0, 0.5, 0.123)] == [
        "99,9\u00a0%", "100\u00a0%", "50\u00a0%", "12,3\u00a0%",
    ]  # fmt: skip


def test_quantiles_of_nothing() -> None:
    assert (Figures().quantile(0.5), Figures().availability, Figures().over_1s) == (None, None, None)
