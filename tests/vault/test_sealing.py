"""What is sealed says nothing, opens again under any known master key, and never once its key is gone."""

import os
import secrets
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from booking.patients.models import Person
from sasportal.vault.keys import KeysUnreadable, read_keys
from sasportal.vault.models import DataKey
from sasportal.vault.sealing import Unreadable, blind_index, erase, opened, seal
from tests.accounts.people import patient

pytestmark = pytest.mark.django_db
CONTENT = {"family_name": "CANARI-XYLOPHONE", "reason_text": "é" * 200}


@pytest.fixture
def record() -> Person:
    person = Person(account=patient())
    seal(person, CONTENT)
    person.save()
    return person


def again(record: Person) -> Person:
    return Person.objects.get(pk=record.pk)


def test_what_was_sealed_opens_and_its_bytes_say_nothing(record: Person) -> None:
    found = again(record)
    assert opened(found) == CONTENT
    assert b"CANARI" not in bytes(found.sealed)
    assert len(found.sealed) % 256 == 28  # filled up: nonce and tag beside whole blocks


def test_sealed_again_under_another_key_and_the_first_is_gone(record: Person) -> None:
    first = record.key_id
    seal(record, {"family_name": "AUTRE"})
    record.save()
    assert opened(again(record)) == {"family_name": "AUTRE"}
    assert set(DataKey.objects.values_list("pk", flat=True)) == {record.key_id} != {first}


def test_moved_to_another_record_or_altered_it_does_not_open(record: Person) -> None:
    other = Person(account=patient("autre@exemple.example"))
    seal(other, CONTENT)
    other.sealed = record.sealed
    with pytest.raises(Unreadable):
        opened(other)
    record.sealed = bytes(record.sealed[:-1]) + bytes([record.sealed[-1] ^ 1])
    with pytest.raises(Unreadable):
        opened(record)


def test_erased_even_the_bytes_of_a_backup_stay_shut(record: Person) -> None:
    backup = bytes(record.sealed)
    erase(record)
    found = again(record)
    assert (found.readable, bytes(found.sealed), DataKey.objects.count()) == (False, b"", 0)
    found.sealed = backup  # what a backup without the table of keys brings back
    found.save()
    with pytest.raises(Unreadable):
        opened(again(record))


def test_rotation_wraps_with_the_first_key_and_frees_the_other(record: Person, settings) -> None:
    old = settings.PATIENT_KEYS
    new = {"neuve": secrets.token_bytes(32)}
    settings.PATIENT_KEYS = new | old
    assert opened(again(record)) == CONTENT
    said = StringIO()
    call_command("rotate_patient_keys", stdout=said)
    settings.PATIENT_KEYS = new
    assert opened(again(record)) == CONTENT
    assert said.getvalue() == "1 clés enveloppées par « neuve ».\n"


def test_rotation_says_what_it_cannot_open(record: Person, settings) -> None:
    settings.PATIENT_KEYS = {"neuve": secrets.token_bytes(32)}
    with pytest.raises(Unreadable):
        opened(again(record))
    with pytest.raises(CommandError, match="1 clés"):
        call_command("rotate_patient_keys", stdout=StringIO())


def test_the_blind_index_knows_a_person_again_whatever_the_spelling() -> None:
    index = blind_index("person", "Zoé", "D’Œuvre", "2019-05-01")
    assert blind_index("person", "ZOE", "d oeuvre", "2019-05-01") == index
    assert blind_index("person", "Zoé", "D’Œuvre", "2019-05-02") != index
    assert blind_index("address", "Zoé", "D’Œuvre", "2019-05-01") != index
    assert blind_index("person", "Ольга") != blind_index("person", "Мария")


@pytest.mark.parametrize("written", [[], ["sans-cle"], ["a:court"], ["a:@@@"], ["a:" + "A" * 44, "a:" + "A" * 44]])
def test_keys_that_are_none_are_refused(written: list[str]) -> None:
    with pytest.raises(KeysUnreadable):
        read_keys(written)


@pytest.mark.parametrize("missing", ["PATIENT_KEYS", "PATIENT_INDEX_KEY"])
def test_production_does_not_start_without_its_keys(missing: str) -> None:
    key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    environment = os.environ | {
        "SAS_ENV": "production", "SECRET_KEY": "x" * 60, "DATABASE_URL": "postgresql://a@127.0.0.1:1/a",
        "REDIS_URL": "redis://127.0.0.1:1/0", "PORTAL_URL": "https://sas.invalid", "ALLOWED_HOSTS": "sas.invalid",
        "PATIENT_KEYS": f"a:{key}", "PATIENT_INDEX_KEY": key, missing: "",
    }  # fmt: skip
    command = [sys.executable, "-c", "import sasportal.settings"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=settings.BASE_DIR, check=False)
    assert ran.returncode != 0
    assert f"{missing} is missing" in ran.stderr
