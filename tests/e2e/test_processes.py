"""Starting, stopping and starting again: nothing is left running, nothing is lost."""

import signal
import socket
import time
from collections.abc import Callable

import psutil
import pytest

from tests.e2e.conftest import Demo

StartDemo = Callable[..., Demo]


def survivors(processes: list[psutil.Process]) -> list[str]:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        alive = [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        if not alive:
            return []
        time.sleep(0.1)
    return [" ".join(process.cmdline()) for process in alive]


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(bare_demo: StartDemo, with_signal: int) -> None:
    demo = bare_demo()
    command = psutil.Process(demo.process.pid)
    processes = [command, *command.children(recursive=True)]
    assert len(processes) >= 5  # the command, PostgreSQL, Valkey, web, worker

    demo.stop(with_signal)

    assert survivors(processes) == []


def test_a_second_start_keeps_data_and_ports(bare_demo: StartDemo) -> None:
    first = bare_demo()
    environment = (first.var / "demo.env").read_text()
    first.stop()

    second = bare_demo(first.port)

    assert (second.var / "demo.env").read_text() == environment


def test_an_occupied_port_is_handled(bare_demo: StartDemo) -> None:
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        occupied = neighbour.getsockname()[1]

        demo = bare_demo(occupied)

        assert f"http://127.0.0.1:{occupied}" not in demo.output


def test_a_second_start_beside_the_first_is_refused_with_its_address(bare_demo: StartDemo) -> None:
    first = bare_demo()
    beside = first.command("demo", "--without-data")
    assert beside.returncode == 1
    assert f"La démonstration tourne déjà : {first.url}" in beside.stderr
