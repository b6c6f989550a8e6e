"""The portal as it runs: a real web process and a real Celery worker on the test database.

Use the fixture `live_portal`; give the test `pytest.mark.django_db(transaction=True)`, so that its rows
are committed and seen by the other processes.
"""

import base64
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings

from sasportal.embedded import die_with_parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    """DATABASE_URL with the name of this run's (and this xdist worker's) test database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path="/" + settings.DATABASES["default"]["NAME"]))
    return url if parts.netloc else url.replace("postgresql:/", "postgresql:///", 1)


def patient_keys() -> dict[str, str]:
    """What these tests seal, the live portal opens."""
    keys = [f"{name}:{base64.b64encode(key).decode()}" for name, key in settings.PATIENT_KEYS.items()]
    index = base64.b64encode(settings.PATIENT_INDEX_KEY).decode()
    return {"PATIENT_KEYS": ",".join(keys), "PATIENT_INDEX_KEY": index}


@dataclass
class Live:
    """Processes under test. `url` is the portal's address without a trailing slash."""

    port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_web(self, *more: str) -> None:
        self._start("web", "-m", "uvicorn", "sasportal.asgi:application", "--port", str(self.port),
                    "--lifespan", "off", "--no-access-log", "--log-level", "warning", *more)  # fmt: skip
        self.wait_for(f"{self.url}/healthz")

    def start_worker(self, queues: str = "editors,deliveries,sync") -> None:
        self._start("worker", "-m", "celery", "-A", "sasportal", "worker", "--pool", "threads", "--concurrency", "64",
                    "-Q", queues, "--without-gossip", "--without-mingle",
                    "--loglevel", "WARNING")  # fmt: skip
        self.wait_for(f"{self.url}/healthz?worker")

    def kill(self, name: str) -> None:
        """SIGKILL: nothing is told to anybody."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self, *names: str) -> None:
        """Stop these processes, or all of them."""
        stopping = [self.processes.pop(name) for name in names or tuple(self.processes) if name in self.processes]
        for process in stopping:
            process.terminate()
        for process in stopping:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, name: str, *arguments: str) -> None:
        self.processes[name] = subprocess.Popen(
            [sys.executable, *arguments], env=self.environment, preexec_fn=die_with_parent()
        )

    @staticmethod
    def wait_for(url: str, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


@pytest.fixture(scope="session")
def live_settings() -> dict[str, str]:
    """Environment variables a test package wants for the live processes (override in its conftest)."""
    return {}


def same_secrets() -> dict[str, str]:
    """The environment of processes in which sessions opened here hold: they sign with the same key."""
    environment = os.environ | {"DATABASE_URL": database_url(), "SAS_ENV": "test"}
    return environment | {"SECRET_KEY": settings.SECRET_KEY} | patient_keys()


@pytest.fixture(scope="session")
def live_processes(django_db_setup, django_db_blocker, live_settings: dict[str, str]) -> Iterator[Live]:
    live = Live(port=int(live_settings.get("PORT", 0)) or free_port(), environment=same_secrets() | live_settings)
    try:
        live.start_web()
        yield live
    finally:
        live.stop()


@pytest.fixture(scope="module")
def live_worker(live_processes: Live) -> Iterator[None]:
    """A worker for the tests of one module only: elsewhere it would take jobs that tests look at."""
    live_processes.start_worker()
    yield
    live_processes.stop("worker")


@pytest.fixture
def live_portal(live_processes: Live, live_worker: None, transactional_db: None) -> Live:
    """The running portal; starts again what an earlier test killed."""
    for name, start in (("web", live_processes.start_web), ("worker", live_processes.start_worker)):
        if name not in live_processes.processes:
            start()
    return live_processes
