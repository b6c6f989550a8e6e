"""The demo as a whole: time to the first answer from nothing, memory when idle."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.benchmarks.figures import Figure
from tests.e2e.conftest import Demo, start_demo

RUNS = 3


@contextmanager
def running(var: Path, *arguments: str, words: str) -> Iterator[Demo]:
    demo = start_demo(var, *arguments)
    try:
        demo.wait_for(words, seconds=180)
        yield demo
    finally:
        demo.stop()


def seconds_to_ready(var: Path) -> float:
    began = time.monotonic()
    with running(var, "--without-data", words="Portail prêt"):
        return time.monotonic() - began


def idle_megabytes(demo: Demo) -> dict[str, float]:
    """Proportional share of memory of each process of the demo, in MB (shared pages counted once)."""
    command = psutil.Process(demo.process.pid)
    shares: dict[str, float] = {}
    for process in [command, *command.children(recursive=True)]:
        words = " ".join(process.cmdline())
        kind = next((k for k in ("postgres", "valkey", "uvicorn", "celery", "sasportal.sandbox") if k in words), "make")
        shares[kind] = shares.get(kind, 0) + process.memory_full_info().pss / 1e6
    return shares


def main() -> list[Figure]:
    fresh, warm = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(dir="/var/tmp", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            fresh.append(seconds_to_ready(Path(folder) / "var"))
            warm.append(seconds_to_ready(Path(folder) / "var"))
    with tempfile.TemporaryDirectory(dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder) / "var", words="Ctrl-C arrête tout") as demo:
            time.sleep(5)
            shares = idle_megabytes(demo)
    total = sum(shares.values())
    parts = ", ".join(f"{name} {share:.0f}" for name, share in sorted(shares.items()))
    median = statistics.median(fresh)
    return [
        Figure(
            what="fresh data directory to first 200 with database, Valkey, worker",
            value=median, unit="s", goal="≤ 5 s", reached=median <= 5,
            alternative=f"warm start {statistics.median(warm):.1f} s",
        ),
        Figure(what="whole demo idle (proportional memory)", value=total, unit="MB", goal="≤ 500 MB",
               reached=total <= 500, alternative=parts),
    ]  # fmt: skip
