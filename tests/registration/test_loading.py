"""Requests taken over from elsewhere: by the use cases of the pages, once."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from directory.models import RegistrationRequest, Structure
from sasportal.accounts.models import User
from sasportal.sandbox.demo import REGISTRATIONS
from tests.registration import cast

pytestmark = pytest.mark.django_db
ROW = {"id": "5a5f0000-0000-4000-8000-000000000009", "author": "3990000001/GES0007", "territory": "Lot-et-Garonne"}


def load(path: Path) -> str:
    out = StringIO()
    call_command("load_registrations", str(path), stdout=out)
    return out.getvalue()


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "demandes.json"
    path.write_text(json.dumps(rows))
    return path


@pytest.fixture(autouse=True)
def _people() -> None:
    cast.manager(cast.BOTH)
    cast.admin()
    cast.territory(*cast.LOT)
    cast.territory("Gironde", ["33"])


def test_the_demo_shows_three_states():
    for finess in ("478186001", "338134001"):
        Structure.objects.create(finess=finess, name="Centre hospitalier", search_name="centre hospitalier")
    assert (load(REGISTRATIONS), load(REGISTRATIONS)) == ("3 demandes reprises.\n", "0 demandes reprises.\n")
    states = dict(RegistrationRequest.objects.values_list("search_name", "state"))
    assert states == {
        "brouillon sasha": "draft", "attente maud": "submitted", "complement yann": "needs_information",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sent": True, "answers": cast.IDENTITY}, "à compléter"),
        ({"author": "nobody", "answers": {}}, "User matching query does not exist"),
        ({"territory": "Nulle part", "answers": {}}, "Territory matching query does not exist"),
        ({}, "answers"),
        ({"id": "x", "answers": {}}, "badly formed hexadecimal UUID"),
    ],
)
def test_a_row_that_cannot_be_is_named_and_nothing_of_it_is_kept(tmp_path, changes, message):
    with pytest.raises(CommandError, match=message):
        load(written(tmp_path, ROW | changes))
    assert RegistrationRequest.objects.count() == 0


def test_an_account_taken_over_keeps_its_age():
    call_command("grant_role", "ancien@samu47.example", "regulator", "--opened=2026-01-31", stdout=StringIO())
    assert User.objects.get(email="ancien@samu47.example").date_joined.isoformat() == "2026-01-30T23:00:00+00:00"
