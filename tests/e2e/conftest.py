"""The demo as `make run` starts it, in a data directory of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sasportal.embedded import die_with_parent
from tests.chromium import tick
from tests.live import free_port

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Demo:
    """A running demo; `output` grows as it speaks."""

    var: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return (self.var / "output.txt").read_text()

    def wait_for(self, words: str, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.1)

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command as somebody would from another shell of the clone."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=bare_environment(self.var),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def forget(self) -> None:
        """Stop, and remove what it kept outside its data directory."""
        self.stop()
        home = self.var / "private"
        if home.is_symlink():
            shutil.rmtree(home.resolve(), ignore_errors=True)

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        self.process.wait(timeout=30)


def bare_environment(var: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"SAS_VAR": str(var), "PYTHONUNBUFFERED": "1"}


def start_demo(var: Path, *arguments: str, port: int | None = None) -> Demo:
    var.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    with (var / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port), *arguments], cwd=ROOT,
            env=bare_environment(var), stdout=output, stderr=output, preexec_fn=die_with_parent(),
        )  # fmt: skip
    return Demo(var=var, port=port, process=process)


def sign_in(page: Page, name: str) -> None:
    """Choose an identity at the fictitious Pro Santé Connect; the first time, accept the terms of use."""
    page.goto("/")
    page.get_by_role("link", name="Pro Santé Connect").click()
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("button", name="Déconnexion")).to_be_visible()
    if "/conditions/" in page.url:
        tick(page.get_by_role("checkbox", name="J’ai lu ces conditions"))
        page.get_by_role("button", name="Accepter et continuer").click()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = start_demo(tmp_path_factory.mktemp("demo") / "var")
    try:
        demo.wait_for("Ctrl-C arrête tout")
        yield demo
    finally:
        demo.forget()


@pytest.fixture
def bare_demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Start a demo without data as often as wanted, always in the same data directory."""
    started: list[Demo] = []

    def start(port: int | None = None) -> Demo:
        started.append(start_demo(tmp_path / "var", "--without-data", port=port))
        started[-1].wait_for("Portail prêt")
        return started[-1]

    yield start
    for demo in started:
        demo.forget()


@pytest.fixture
def signed_in(chromium: Browser, demo: Demo) -> Iterator[Callable[[str], Page]]:
    """Somebody at a browser of his own."""
    contexts: list[BrowserContext] = []

    def somebody(name: str) -> Page:
        context = chromium.new_context(base_url=demo.url, locale="fr-FR", viewport={"width": 1400, "height": 900})
        contexts.append(context)
        page = context.new_page()
        sign_in(page, name)
        return page

    yield somebody
    for context in contexts:
        context.close()
