"""The fake editors take regulators' accounts by rules of their own (INT_R02), over HTTP."""

import copy
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from sasportal.sandbox.editors.account_faults import AccountFault
from sasportal.sandbox.editors.accounts import Accounts
from tests.sandbox_editors.test_booking_pages import browser, read

IDNPS, TECHNICAL = "urn:oid:1.2.250.1.71.4.2.1", "urn:oid:1.2.250.1.213.3.6"
CAMILLE: dict[str, Any] = {
    "resourceType": "Practitioner",
    "meta": {"source": TECHNICAL},
    "identifier": [{"system": IDNPS, "value": "899700000013"}],
    "active": True,
    "name": [{"family": "Régulier", "given": ["Camille"]}],
    "telecom": [{"system": "email", "value": "camille@samu47.example"}],
}
Answer = tuple[int, str, str]


def changed(path: str, value: Any) -> dict[str, Any]:
    """Camille with one element changed; None takes it away."""
    resource = copy.deepcopy(CAMILLE)
    *way, last = path.split(".")
    inside: Any = resource
    for step in way:
        inside = inside[int(step) if step.isdigit() else step]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return resource


def ask(world, method: str, body: Any, *, at: str = "", media: str = "application/fhir+json") -> Answer:
    """Status, Location and what was said."""
    url = f"{world.url('alpha')}/fhir/Practitioner" + (f"?identifier={quote(at)}" if at else "")
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": media}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Location"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", error.read().decode()


def code(answer: Answer) -> tuple[int, str]:
    return answer[0], json.loads(answer[2])["issue"][0]["code"]


def identifier(resource: dict[str, Any] = CAMILLE) -> str:
    return "{system}|{value}".format(**resource["identifier"][0])


@pytest.fixture
def editors(shared_world) -> Iterator[Any]:
    alpha = shared_world.editors["alpha"]
    alpha.accounts.all.clear()
    yield shared_world
    alpha.switches.accounts = AccountFault.NORMAL


def test_created_then_updated_at_the_same_place(editors) -> None:
    status, location, _ = ask(editors, "POST", CAMILLE)
    assert (status, location.startswith(f"{editors.url('alpha')}/fhir/Practitioner/")) == (201, True)
    disabled = changed("active", False)
    assert ask(editors, "PUT", disabled, at=identifier()) == (200, location, "")
    (account,) = editors.editors["alpha"].accounts.all.values()
    assert (account.active, account.version) == (False, 2)


def test_an_unknown_identifier_acts_as_a_create(editors) -> None:
    assert ask(editors, "PUT", CAMILLE, at=identifier())[0] == 201


def test_another_identifier_names_the_same_account(editors) -> None:
    local = changed("identifier", [{"system": TECHNICAL, "value": "6f1f2f0e"}])
    _, location, _ = ask(editors, "POST", local)
    assert ask(editors, "PUT", CAMILLE, at=identifier(local))[:2] == (200, location)
    assert [one.value for one in editors.editors["alpha"].accounts.all.values()] == ["899700000013"]


def test_one_identifier_one_account(editors) -> None:
    other = changed("identifier", [{"system": TECHNICAL, "value": "6f1f2f0e"}])
    other["telecom"][0]["value"] = "autre@samu47.example"
    ask(editors, "POST", CAMILLE)
    ask(editors, "POST", other)
    assert code(ask(editors, "POST", CAMILLE)) == (422, "duplicate")
    assert code(ask(editors, "PUT", CAMILLE, at=identifier(other))) == (422, "duplicate")


def test_one_address_one_open_account(editors) -> None:
    ask(editors, "POST", CAMILLE)
    other = changed("identifier", [{"system": TECHNICAL, "value": "6f1f2f0e"}])
    assert code(ask(editors, "POST", other)) == (422, "business-rule")
    ask(editors, "PUT", changed("active", False), at=identifier())
    assert ask(editors, "POST", other)[0] == 201


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", (400, "structure")),
        (b"[]", (400, "structure")),
        (changed("resourceType", "Patient"), (400, "structure")),
        (changed("meta", "x"), (400, "structure")),
        (changed("active", "oui"), (400, "structure")),
        (changed("name.0.family", 12), (400, "structure")),
        (changed("meta.source", "urn:oid:1.2.3"), (422, "business-rule")),
        (changed("identifier", None), (422, "required")),
        (changed("identifier.0.system", "urn:oid:1.2.3"), (422, "business-rule")),
        (changed("identifier.0.value", ""), (422, "required")),
        (changed("active", None), (422, "required")),
        (changed("name", None), (422, "required")),
        (changed("name.0.family", None), (422, "required")),
        (changed("name.0.given", ["Camille", "Jeanne"]), (422, "required")),
        (changed("telecom", None), (422, "required")),
        (changed("telecom.0.system", "phone"), (422, "value")),
        (changed("telecom.0.value", "camille"), (422, "value")),
        (changed("name.0.family", "a" * 101), (422, "too-long")),
    ],
)
def test_what_is_wrong_is_said(editors, body: Any, said: tuple[int, str]) -> None:
    assert code(ask(editors, "POST", body)) == said
    assert editors.editors["alpha"].accounts.all == {}


def test_the_address_of_an_update_is_needed(editors) -> None:
    assert code(ask(editors, "PUT", CAMILLE)) == (400, "required")
    assert code(ask(editors, "PUT", CAMILLE, at="899700000013")) == (400, "required")
    assert code(ask(editors, "POST", CAMILLE, media="text/plain")) == (400, "structure")


def press(world, wanted: str) -> tuple[int, str]:
    status, _, text = read(browser(), f"{world.url('alpha')}/interrupteurs", {"comptes": wanted})
    return status, text


def test_the_switches(editors) -> None:
    assert press(editors, "refuse")[1].count("comptes : Refuse les comptes (422)") == 1
    assert code(ask(editors, "POST", CAMILLE)) == (422, "business-rule")
    press(editors, "erreur-500")
    assert ask(editors, "POST", CAMILLE)[0] == 500
    press(editors, "reponse-perdue")
    with pytest.raises((OSError, urllib.error.URLError)):
        ask(editors, "POST", CAMILLE)
    assert len(editors.editors["alpha"].accounts.all) == 1
    press(editors, "lent")
    assert ask(editors, "PUT", CAMILLE, at=identifier())[0] == 200
    assert press(editors, "inconnu")[0] == 400


def test_the_page_lists_what_is_held_and_a_restart_forgets_nothing(editors) -> None:
    page = f"{editors.url('alpha')}/comptes"
    assert "Aucun compte" in read(browser(), page)[2]
    ask(editors, "POST", changed("name.0.family", "<b>Régulier</b>"))
    with urllib.request.urlopen(page, timeout=10) as answer:
        text = answer.read().decode()
    assert "Camille &lt;b&gt;Régulier&lt;/b&gt;" in text
    assert "899700000013 (national)" in text
    held = editors.editors["alpha"].accounts
    assert Accounts.read(held.path).all == held.all
