"""The trail: dense, chained, refused to be changed, and telling when it was."""

import threading
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from sasportal.accounts.models import User
from sasportal.audit import trail
from sasportal.audit.models import Entry

pytestmark = pytest.mark.django_db


def some_entries(number: int = 5) -> list[Entry]:
    return [trail.record(actor="system", action="test", target=str(n), number=n) for n in range(number)]


def tamper(sql: str, *values: object) -> None:
    """Do what only the owner of the database can: switch the triggers off, change, switch them on."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_change")


def verify(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return str(error), err.getvalue()
    return out.getvalue(), err.getvalue()


def test_ids_are_dense_and_each_entry_holds_the_hash_of_the_one_before():
    entries = some_entries(3)
    assert [entry.id for entry in entries] == [1, 2, 3]
    assert [entry.previous_hash for entry in entries] == [trail.FIRST_PREVIOUS_HASH, entries[0].hash, entries[1].hash]


def test_an_entry_says_who_what_when_from():
    user = User.objects.create(username="camille")
    before = datetime.now(UTC)
    entry = trail.record(actor=user, action="sign_in", target="t", origin="10.0.0.1", method="psc")
    entry.refresh_from_db()
    assert (entry.actor, entry.action, entry.target, entry.origin, entry.detail) == (
        str(user.technical_id),
        "sign_in",
        "t",
        "10.0.0.1",
        {"method": "psc"},
    )
    assert before <= entry.at <= datetime.now(UTC)


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"text": "é \U0001f600", "number": 12345678901234567890, "none": None, "yes": True},
        {"float": 1e16, "list": [1, "a", [2.5]], "dict": {"b": 1, "a": 2}},
        {"nul": "a\0b", "surrogate": "\ud800", "long": "x" * 5000},
        {"when": datetime(2026, 11, 3, tzinfo=UTC), "set": {"only"}, "object": object},
    ],
)
def test_whatever_the_detail_the_chain_holds(detail):
    trail.record(actor="system", action="test", **detail)
    assert trail.verify().faults == ()


def test_texts_too_long_are_cut_rather_than_refused():
    entry = trail.record(actor="a" * 100, action="b" * 100, target="c" * 200, origin="d" * 100)
    assert [len(text) for text in (entry.actor, entry.action, entry.target, entry.origin)] == [60, 60, 120, 60]


def test_an_entry_goes_with_the_transaction_it_belongs_to():
    some_entries(1)
    with transaction.atomic():
        trail.record(actor="system", action="undone")
        transaction.set_rollback(True)
    some_entries(1)
    assert list(Entry.objects.order_by("id").values_list("id", "action")) == [(1, "test"), (2, "test")]
    assert trail.verify().faults == ()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_changes(statement):
    some_entries()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.count() == 5


def test_the_database_refuses_to_empty_the_trail():
    some_entries()
    with connection.cursor() as cursor:  # the suite switches it off to empty tables between tests
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_truncate")
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_entry")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")


def test_an_intact_trail_says_so():
    last = some_entries()[-1]
    assert verify() == (f"Journal intact : 5 entrée(s). À noter : 5:{last.hash}\n", "")
    assert verify("--noted", f"3:{Entry.objects.get(id=3).hash}")[0].startswith("Journal intact")


def test_an_empty_trail_is_intact():
    assert trail.verify() == trail.Verdict(entries=0, last_hash=trail.FIRST_PREVIOUS_HASH, faults=())


@pytest.mark.parametrize(
    "change",
    [
        "action = 'other'",
        "actor = 'other'",
        "target = 'other'",
        "origin = 'other'",
        "at = at + interval '1 second'",
        """detail = '{"number": 9}'""",
        "hash = repeat('a', 64)",
        "previous_hash = repeat('a', 64)",
    ],
)
def test_an_altered_entry_is_named(change):
    some_entries()
    tamper(f"UPDATE audit_entry SET {change} WHERE id = 3")
    assert verify()[1].startswith("Entrée 3 : ")
    assert "anomalie(s) dans 5 entrée(s)." in verify()[0]


def test_an_entry_altered_with_its_hash_breaks_the_next():
    some_entries()
    entry = Entry.objects.get(id=3)
    entry.action = "other"
    tamper("UPDATE audit_entry SET action = 'other', hash = %s WHERE id = 3", trail.fingerprint(entry))
    assert trail.verify().faults == (trail.Fault(entry_id=4, what="ne suit pas l'entrée précédente"),)


def test_a_removed_entry_is_named():
    some_entries()
    tamper("DELETE FROM audit_entry WHERE id IN (2, 3)")
    assert verify()[1].splitlines()[0] == "Entrée 4 : entrées 2 à 3 absentes."


def test_a_removed_beginning_is_named():
    some_entries()
    tamper("DELETE FROM audit_entry WHERE id = 1")
    assert trail.verify().faults[0] == trail.Fault(entry_id=2, what="entrées 1 à 1 absentes")


def test_a_cut_end_shows_against_an_entry_noted_elsewhere():
    last = some_entries()[-1]
    tamper("DELETE FROM audit_entry WHERE id >= 4")
    assert verify()[0].startswith("Journal intact : 3 entrée(s)")
    assert verify("--noted", f"5:{last.hash}")[0] == f"L'entrée notée 5:{last.hash} n'est plus dans le journal."


@pytest.mark.parametrize("noted", ["", "x:y", "5"])
def test_a_noted_entry_that_is_none(noted):
    some_entries(1)
    expected = "Journal intact" if noted == "" else "--noted attend" if noted == "x:y" else "L'entrée notée"
    assert verify("--noted", noted)[0].startswith(expected)


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain():
    writers, each = 8, 15
    barrier = threading.Barrier(writers)

    def write() -> None:
        barrier.wait()
        for number in range(each):
            trail.record(actor="system", action="test", number=number)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = trail.verify()
    assert (verdict.entries, verdict.faults) == (writers * each, ())
