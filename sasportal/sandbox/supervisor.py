"""Start, watch and stop the processes of the demo. Children die with this process, however it dies."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sasportal.embedded import die_with_parent


class ProcessStopped(RuntimeError):
    """A process of the demo ended by itself; the message says which and shows its last words."""


def free_port(wanted: int) -> int:
    """Return `wanted` when nobody listens there, else a free port of the system's choice."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ProcessStopped("No free port on this machine.")


@dataclass(kw_only=True)
class Supervisor:
    """Processes by name; logs in `logs/<name>.log`."""

    logs: Path
    environment: dict[str, str]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, **extra: str) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments], env=os.environ | self.environment | extra,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),  # noqa: PLW1509 - prctl only
            )  # fmt: skip

    def wait_for(self, url: str, *, seconds: float = 60) -> None:
        """Return when `url` answers 200; raise when a process ends first or time is up."""
        deadline = time.monotonic() + seconds
        while not _answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise ProcessStopped(f"{url} did not answer within {seconds:.0f} s (logs: {self.logs}).")
            time.sleep(0.05)

    def check(self) -> None:
        """Raise `ProcessStopped` for the first process that is no longer there."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                tail = (self.logs / f"{name}.log").read_text(errors="replace")[-2000:]
                raise ProcessStopped(f"{name} stopped (exit code {process.returncode}).\n{tail}")

    def stop(self) -> None:
        running = [process for process in self.processes.values() if process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + 8
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback addresses of our own
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def in_child(work: Callable[[], None]) -> None:
    """Run `work` in a forked child, so that what it loads leaves memory with it; raise when it fails."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            die_with_parent()()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            work()
            code = 0
        except KeyboardInterrupt:
            code = 130
        except Exception as error:  # noqa: BLE001 - said on the terminal, then the parent stops everything
            print(f"\n{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status:
        raise ProcessStopped("The demo's data could not be prepared (see above).")
