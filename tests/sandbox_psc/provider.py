"""The sandbox provider, started as its own process; and a browser's part of the exchange over real HTTP."""

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

CAMILLE = "899700000013"
PORTAL = {"client_id": "sas-portal", "client_secret": "a-long-secret-of-the-portal"}
EDITOR = {"client_id": "editor-alpha", "client_secret": "a-long-secret-of-the-editor"}
EDITOR_RETURN = "http://127.0.0.1:9/connexion/retour"


@dataclass(frozen=True, kw_only=True)
class Provider:
    origin: str
    process: subprocess.Popen

    @property
    def issuer(self) -> str:
        return f"{self.origin}/auth/realms/esante-wallet"

    @property
    def protocol(self) -> str:
        return f"{self.issuer}/protocol/openid-connect"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(*, portal: str = "http://testserver") -> Iterator[Provider]:
    """Start the provider for a portal at this address; stop it afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        clients = Path(folder) / "clients.json"
        clients.write_text(json.dumps(clients_of(portal)))
        process = subprocess.Popen(
            [sys.executable, "-m", "sasportal.sandbox.psc", "--port", str(port), "--data", f"{folder}/data",
             "--clients", str(clients)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        provider = Provider(origin=f"http://127.0.0.1:{port}", process=process)
        try:
            _wait(provider)
            yield provider
        finally:
            process.terminate()
            process.communicate(timeout=10)


def clients_of(portal: str) -> list[dict]:
    return [
        PORTAL
        | {
            "redirect_uris": [f"{portal}/connexion/psc/retour/"],
            "post_logout_redirect_uris": [f"{portal}/au-revoir/"],
            "backchannel_logout_uri": f"{portal}/connexion/psc/fin-de-session",
        },
        EDITOR | {"redirect_uris": [EDITOR_RETURN], "post_logout_redirect_uris": []},
    ]


def _wait(provider: Provider) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if provider.process.poll() is not None:
            raise RuntimeError(provider.process.stdout.read().decode())
        try:
            requests.get(f"{provider.origin}/style.css", timeout=1)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the provider did not start")


class Browser(requests.Session):
    """What a person's browser does at the provider: follow its redirects, and stop at ours."""

    def open(self, url: str) -> requests.Response:
        """Open an address at the provider; return its first answer that is not a redirect to itself."""
        home = urlsplit(url).netloc
        answer = self.get(url, allow_redirects=False, timeout=10)
        while answer.is_redirect and urlsplit(answer.next.url).netloc == home:
            answer = self.get(answer.next.url, allow_redirects=False, timeout=10)
        return answer

    def choose(self, page: requests.Response, national_id: str) -> requests.Response:
        """Press the button of an identity; return the answer that leaves the provider."""
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
        fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
        pressed = self.post(page.url, data=fields | {"national_id": national_id}, allow_redirects=False, timeout=10)
        return self.open(pressed.next.url)

    def leave(self, provider: Provider) -> None:
        page = self.get(f"{provider.origin}/", timeout=10)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page.text).group(1)
        self.post(f"{provider.origin}/fin/", data={"csrfmiddlewaretoken": token}, timeout=10)


def path_and_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
