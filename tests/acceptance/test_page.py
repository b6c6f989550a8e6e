"""The page where an editor pastes an answer: open to everybody, in a browser and without one."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agenda.acceptance.forms import LARGEST
from tests.acceptance.test_pasted import WHOLE

PAGE = "/editeurs/verifier/"


def paste(text: str = "", **fields: Any) -> Any:
    return Client().post(PAGE, {"flux": "R04", "bundle": text} | fields)


def test_findings_are_shown_with_their_place() -> None:
    broken = json.loads(json.dumps(WHOLE))
    broken["entry"][0]["resource"]["status"] = "<b>busy</b>"
    answer = paste(json.dumps(broken))
    text = answer.content.decode()
    assert (answer.status_code, "non conforme" in text) == (200, True)
    assert "Bundle.entry[0].resource.status" in text
    assert "&lt;b&gt;busy" in text
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies


def test_a_file_serves_as_well() -> None:
    sent = SimpleUploadedFile("reponse.json", json.dumps(WHOLE).encode(), content_type="application/json")
    assert "Résultat : non conforme" in paste(fichier=sent).content.decode()  # its CPTS has no type


def test_practitioners_that_were_not_asked_are_found() -> None:
    asked, other = paste(json.dumps(WHOLE), demandes="99700000001"), paste(json.dumps(WHOLE), demandes="99700000002")
    found = [
        "<code>PRACTITIONER-ASKED</code>" in one.content.decode().split("Règles respectées")[0]
        for one in (asked, other)
    ]
    assert found == [False, True]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Collez un Bundle"),
        ({"flux": "R02", "bundle": "{}"}, "Flux"),
        ({"bundle": "{}", "demandes": "Anne"}, "« Anne » n’est pas un identifiant."),
        ({"bundle": "{}", "demandes": ",".join(f"997{n:08}" for n in range(26))}, "25 identifiants au plus."),
    ],
)
def test_errors_are_tied_to_their_field(fields: dict[str, str], said: str) -> None:
    answer = paste(**fields)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("size", [LARGEST + 1, LARGEST * 2])
def test_a_large_file_is_refused(size: int) -> None:
    answer = paste(fichier=SimpleUploadedFile("reponse.json", b" " * size))
    assert (answer.status_code, "2 Mio" in answer.content.decode()) == (422, True)


def test_a_long_text_is_refused_in_words() -> None:
    answer = paste("x" * (1024 * 1024 + 1))
    assert (answer.status_code, "joignez un fichier" in answer.content.decode()) == (413, True)


def test_an_address_that_checks_too_much_is_slowed_down(settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"check_answer": "2/5m/ip"}
    assert [paste("{}").status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get(PAGE).status_code == 200
