"""Forgotten after thirty days and on request, handed over on request; nowhere a word of it where it should not be."""

import io
import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from agenda.own.models import Hold, Occurrence
from booking.patients import confirming, drafts, erasing, exporting, people
from booking.patients.lines import booking_line
from booking.patients.models import Booking, BookingState, Draft, Person
from booking.patients.tasks import forget_patients
from sasportal import logs
from sasportal.accounts.models import Role, User
from sasportal.outbox.relay import relay
from sasportal.vault.models import DataKey
from sasportal.vault.sealing import Unreadable, opened
from tests.accounts.people import signed_in_by_psc
from tests.own_agenda.cast import person
from tests.patient_booking import cast

pytestmark = pytest.mark.django_db
CANARY = "CANARI"  # the family name of everybody here
CANARY_REASON = "xylophone"
CANARY_PHONE = "06 39 98 00 01"
PATIENTS = 1000
BY_BROWSER = 8


@pytest.fixture
def account(valkey) -> User:
    cast.anne()
    return cast.patient()


def test_thirty_days_after_the_person_is_gone_and_the_number_stays(account: User) -> None:
    old, recent = cast.booked(account), cast.booked(account, cast.offered(start=cast.later(2)))
    cast.ended(old, days=30)
    cast.ended(recent, days=29)
    backup = bytes(Booking.objects.get(pk=old.pk).sealed)
    forget_patients()
    forget_patients()  # twice does no more
    old.refresh_from_db()
    recent.refresh_from_db()
    assert (old.account, old.person, old.person_index, old.readable) == (None, None, "", False)
    assert (booking_line(old).patient, old.place, old.state) == (None, recent.place, BookingState.BOOKED)
    assert opened(recent)["family_name"] == CANARY
    assert list(old.events.values_list("kind", flat=True)) == ["booked", "erased"]
    old.sealed = backup
    with pytest.raises(Unreadable):
        opened(old)


def test_unfinished_drafts_and_old_holds_are_gone_after_a_day(account: User) -> None:
    draft = cast.filled(cast.begun(cast.offered(), account=account), account)
    Draft.objects.update(began_at=timezone.now() - timedelta(hours=25))
    Hold.objects.update(expires_at=timezone.now() - timedelta(hours=24))
    forget_patients()
    assert (Draft.objects.count(), Hold.objects.count()) == (0, 0)
    assert not DataKey.objects.filter(pk=draft.key_id).exists()


def test_on_request_everything_is_erased_and_the_places_are_free(account: User) -> None:
    booking = cast.booked(account)
    cast.begun(cast.offered(start=cast.later(1)), account=account)
    people.add_child(account=account, who=cast.LOU)
    erasing.erase_account(user=account)
    account.delete()
    booking.refresh_from_db()
    assert (booking.state, booking.account, booking.readable) == (BookingState.CANCELLED, None, False)
    assert [model.objects.count() for model in (Person, Draft, Hold, DataKey)] == [0, 0, 0, 0]
    assert set(Occurrence.objects.values_list("taken", flat=True)) == {0}


def test_the_export_says_everything_and_is_written_down(account: User) -> None:
    booking = cast.booked(account)
    people.add_child(account=account, who=cast.LOU)
    said = exporting.export(user=account)
    (one,) = said["rendez_vous"]
    assert (one["patient"], one["motif"]) == (cast.ZOE.sealed_as(), "Un symptôme ou une douleur")
    assert [who["given_name"] for who in said["personnes"]] == ["Zoé", "Lou"]
    assert list(booking.events.values_list("kind", flat=True)) == ["booked", "exported"]


def test_administrators_do_not_find_it_in_the_administration(account: User) -> None:
    cast.booked(account)
    admin = signed_in_by_psc(person("899700000062", Role.ADMIN))
    page = admin.get("/admin/").content.decode()
    assert "rendez-vous pris par" not in page
    assert {admin.get(f"/admin/booking/{name}/").status_code for name in ("booking", "person", "draft")} == {404}
    assert admin.get("/admin/vault/datakey/").status_code == 404


@pytest.fixture
def written() -> io.StringIO:
    """What the logs of a process say, as production writes them."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def by_browser(user: User, row: Occurrence, number: int) -> None:
    client = cast.browser(user, name=str(number))
    client.raise_request_exception = False
    search = cast.search_for(str(number))
    first = client.get(cast.start_url(search.id, row)).headers["Location"]
    client.post(f"{first}pour-qui/moi", cast.typed() | {"naissance": "pas une date"})
    client.post(f"{first}pour-qui/moi", cast.typed() | {"prenom": f"P{number}"})
    client.post(f"{first}motif", {"motif": "other", "precision": f"{CANARY_REASON} {number}"})
    booked = client.post(f"{first}verifier").headers["Location"]
    client.get(booked)
    client.get(f"{booked}rendez-vous.ics")
    client.get("/patient/rendez-vous/")


def a_fault(client: Client, row: Occurrence, settings) -> int:
    """The keys are missing while somebody types: an error of the server, with all of it in the request."""
    client.raise_request_exception = False
    first = client.get(cast.start_url(cast.search_for("fault").id, row)).headers["Location"]
    keys, settings.PATIENT_KEYS = settings.PATIENT_KEYS, {}
    answer = client.post(f"{first}pour-qui/moi", cast.typed())
    settings.PATIENT_KEYS = keys
    return answer.status_code


def shared_store(valkey) -> bytes:
    """Keys and values of the cache, the broker and the streams."""
    found = []
    for key in valkey.scan_iter(count=1000):
        found.append(key)
        kind = valkey.type(key)
        if kind == b"string":
            found.append(valkey.get(key) or b"")
        elif kind == b"list":
            found += valkey.lrange(key, 0, -1)
        elif kind == b"hash":
            found += [part for pair in valkey.hgetall(key).items() for part in pair]
        elif kind == b"stream":
            found.append(repr(valkey.xrange(key)).encode())
        elif kind in {b"set", b"zset"}:
            found += valkey.smembers(key) if kind == b"set" else valkey.zrange(key, 0, -1)
    return b"\n".join(found)


def tables_that_say(words: tuple[str, ...]) -> list[str]:
    """Every table of the database with one of these words in clear in any column."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            patterns = [f"%{word}%" for word in words]
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE ANY (%s) LIMIT 1', [patterns])  # noqa: S608
            found += [table] if cursor.fetchone() else []
    return found


def test_a_thousand_patients_and_not_a_word_where_it_should_not_be(valkey, written: io.StringIO, settings) -> None:
    settings.PATIENT_STARTS = PATIENTS
    cast.anne()
    for number in range(BY_BROWSER):
        user = User.objects.create(username=f"browser{number}", email=f"b{number}@exemple.example", kind="patient")
        by_browser(user, cast.offered(start=cast.later(number)), number)
    told = {"reason": "other", "reason_text": CANARY_REASON}
    full = [cast.offered(capacity=50, start=cast.later(20 + 2 * n)) for n in range(20)]
    for number, row in enumerate(full):
        for user, draft in cast.prepared(row, 50, first=50 * number, said=told):
            confirming.confirm(actor=user, draft=draft)
    row = cast.offered(start=cast.later(16))
    assert a_fault(cast.browser(cast.patient(), name="fault"), row, settings) == 500
    assert Booking.objects.count() == PATIENTS + BY_BROWSER
    effector = signed_in_by_psc(person(cast.ANNE, Role.EFFECTOR))
    assert CANARY in effector.get(f"/effecteur/{cast.ANNE}/rendez-vous/").content.decode()
    relay(most=100)
    words = (CANARY, CANARY_REASON, CANARY_PHONE, CANARY_PHONE.replace(" ", ""), "1986-05-04")
    said = {
        "logs": written.getvalue(),
        "store": shared_store(valkey).decode("utf-8", "replace"),
        "metrics": Client().get("/metrics").content.decode(),
        "mails": "".join(f"{one.subject}{one.message()}{one.body}" for one in mail.outbox),
        "sessions": "".join(repr(one.get_decoded()) for one in Session.objects.all()),
    }
    assert "in seal" in said["logs"]  # the fault was logged, by its place
    assert len(mail.outbox) >= 50
    assert [(where, word) for where, text in said.items() for word in words if word in text] == []
    assert tables_that_say(words) == []
    assert drafts.KEPT_FOR < erasing.KEEP
