"""The switches of the fake editors, pressed over HTTP, and what a caller then meets."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from sasportal.sandbox.editors.faults import Fault
from tests.sandbox_editors.test_booking_pages import ANNE, browser, read
from tests.sandbox_editors.test_slots import question


def press(world, fault: str) -> str:
    return read(browser(), f"{world.url('gamma')}/interrupteurs", {"panne": fault})[2]


def ask(world, timeout: float = 5) -> tuple[int, str, bytes]:
    try:
        url = f"{world.url('gamma')}/fhir/Slot?{question([ANNE])}"
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), error.read()


@pytest.mark.parametrize("fault", list(Fault))
def test_the_state_is_visible(own_world, fault) -> None:
    text = press(own_world(), fault)
    assert f'<strong id="etat">{fault.label}</strong>' in text
    assert text.count('aria-pressed="true"') == 3


@pytest.mark.parametrize(
    ("fault", "status", "media_type"),
    [("erreur-500", 500, "text/plain"), ("surcharge-503", 503, "text/plain"),
     ("html", 200, "text/html"), ("certificat", 403, "text/plain")],
)  # fmt: skip
def test_a_fault_answers_at_once(own_world, fault, status, media_type) -> None:
    world = own_world()
    press(world, fault)
    assert ask(world)[:2] == (status, media_type)
    press(world, "normal")
    assert ask(world)[:2] == (200, "application/fhir+json")


def test_cut_json_cannot_be_read(own_world) -> None:
    world = own_world()
    press(world, "json-tronque")
    status, _, body = ask(world)
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_a_slow_editor_answers_late(own_world) -> None:
    world = own_world()
    press(world, "lent")
    began = time.monotonic()
    assert ask(world)[0] == 200
    assert time.monotonic() - began >= 3


def test_a_mute_editor_never_answers(own_world) -> None:
    world = own_world()
    press(world, "muet")
    with pytest.raises(TimeoutError):
        ask(world, timeout=0.5)


def test_one_call_in_three_fails(own_world) -> None:
    world = own_world()
    press(world, "un-sur-trois")
    assert sorted(ask(world)[0] for _ in range(6)) == [200, 200, 200, 200, 500, 500]


def test_an_unknown_fault_is_refused(shared_world) -> None:
    assert read(browser(), f"{shared_world.url('gamma')}/interrupteurs", {"panne": "inconnue"})[0] == 400


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_starts_by_itself_from_a_file(make_config, tmp_path) -> None:
    config = make_config() | {"psc_issuer": "http://127.0.0.1:9", "portal_url": "http://127.0.0.1:9"}
    path = tmp_path / "editors.json"
    path.write_text(json.dumps(config))
    process = subprocess.Popen([sys.executable, "-m", "sasportal.sandbox.editors", "--config", str(path)])
    try:
        deadline = time.monotonic() + 20
        for editor in config["editors"]:
            while not listens(editor["port"]) and time.monotonic() < deadline:
                time.sleep(0.05)
            status, _, text = read(browser(), f"http://127.0.0.1:{editor['port']}/")
            assert (status, editor["name"] in text, "éditeur fictif" in text) == (200, True, True)
    finally:
        process.terminate()
        process.wait(10)
