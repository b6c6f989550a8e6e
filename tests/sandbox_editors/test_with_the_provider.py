"""Fake editors and fake Pro Santé Connect in one process, as the demo runs them: one sign-in serves every editor."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.live import free_port
from tests.sandbox_editors.test_booking_pages import browser, read

CAMILLE = "899700000013"


@pytest.fixture
def sandbox(make_config, tmp_path: Path) -> Iterator[dict]:
    port, editors = free_port(), make_config()
    origin = f"http://127.0.0.1:{port}"
    editors |= {"psc_issuer": f"{origin}/auth/realms/esante-wallet", "portal_url": "http://127.0.0.1:9"}
    clients = [
        {"client_id": one["psc_client_id"], "client_secret": one["psc_client_secret"],
         "redirect_uris": [f"http://127.0.0.1:{one['port']}/connexion/retour"], "post_logout_redirect_uris": []}
        for one in editors["editors"]
    ]  # fmt: skip
    mailbox = {"port": free_port(), "smtp_port": free_port(), "data": str(tmp_path / "mails")}
    psc = {"port": port, "data": str(tmp_path / "psc"), "clients": clients}
    config = {"psc": psc, "editors": editors, "mailbox": mailbox}
    path = tmp_path / "sandbox.json"
    path.write_text(json.dumps(config))
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "sasportal.sandbox.psc.settings"}
    process = subprocess.Popen([sys.executable, "-m", "sasportal.sandbox", "--config", str(path)], env=environment)
    try:
        wait_for(f"{editors['psc_issuer']}/.well-known/wallet-openid-configuration")
        wait_for(f"http://127.0.0.1:{editors['editors'][-1]['port']}/style.css")
        yield config
    finally:
        process.terminate()
        process.wait(10)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 40
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def hidden(text: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', text)[0]


def test_the_second_editor_asks_nothing(sandbox) -> None:
    first, second, *_ = (f"http://127.0.0.1:{one['port']}/mes-rendez-vous" for one in sandbox["editors"]["editors"])
    opener = browser()
    _, url, text = read(opener, first)
    assert "Choisissez une identité" in text
    form = {"csrfmiddlewaretoken": hidden(text, "csrfmiddlewaretoken"), "next": hidden(text, "next")}
    status, url, text = read(opener, url, form | {"national_id": CAMILLE}, Referer=url)
    assert (status, url) == (200, first)
    assert f"({CAMILLE})" in text
    status, url, text = read(opener, second)
    assert (status, url) == (200, second)
    assert f"({CAMILLE})" in text
