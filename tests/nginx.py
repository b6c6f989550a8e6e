"""The nginx of the distribution, run on the configuration that the documentation offers."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sasportal.embedded import die_with_parent

OFFERED = Path(__file__).resolve().parent.parent / "docs" / "nginx"
FOUND = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
needs_nginx = pytest.mark.skipif(not FOUND, reason="no nginx on this machine: install it to test mutual TLS")

MAIN = """
daemon off; master_process off; {user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {http}
}}
"""


@dataclass(frozen=True)
class Nginx:
    folder: Path

    def decided(self) -> list[str]:
        """The lines of its log so far."""
        return (self.folder / "access.log").read_text().splitlines()


def offered(name: str, **site: str) -> str:
    """Read an offered file with what is particular to a site replaced, each thing once."""
    text = (OFFERED / name).read_text()
    for standing, ours in SITE.items():
        if standing in text:
            assert text.count(standing) == 1, standing
            text = text.replace(standing, ours.format(**site))
    return text


SITE = {
    "listen 443 ssl": "listen 127.0.0.1:{port} ssl",
    "server_name fhir.sas.example": "server_name localhost",
    "/etc/sas/fhir-server.pem": "{cert}",
    "/etc/sas/fhir-server.key": "{key}",
    "/etc/sas/editors-ca.pem": "{ca}",
    "/etc/sas/editors-crl.pem": "{crl}",
    "/var/log/nginx/sas-fhir.log": "{log}",
    "proxy_pass http://127.0.0.1:8000;": "proxy_pass {upstream}; proxy_bind {address};",
}


@contextmanager
def nginx(folder: Path, http: str, *, port: int) -> Iterator[Nginx]:
    """Run it until the block ends."""
    assert FOUND
    folder.mkdir(parents=True, exist_ok=True)
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, http=http, user=user))
    process = subprocess.Popen(
        [FOUND, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")],
        preexec_fn=die_with_parent(),
    )
    try:
        _wait_for(process, port, folder)
        yield Nginx(folder)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(process: subprocess.Popen, port: int, folder: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, (folder / "error.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
