"""One event loop per worker process, in a thread of its own, that outlives every job.

Connections to editors and to Valkey stay open between searches: a job brings its coroutine here and
waits (measurements.md: `asyncio.run` per job costs ten times the delay).
"""

import asyncio
import sys
import threading
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from typing import Any, TypeVar

import uvloop

from agenda.aggregation import Aggregator
from agenda.breaker import Breakers
from agenda.client import EditorClient, Peer
from agenda.streams import Pusher, async_store

T = TypeVar("T")
WARM_CONNECTIONS = 2
# Jobs that read or write rows beside the loop hand the interpreter over sooner than Python's own 5 ms
SWITCH_SECONDS = 0.001


class EditorLoop:
    """The loop and what lives on it. Start one per process with `editor_loop()`."""

    def __init__(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="editors", daemon=True)
        self._thread.start()
        self._valkey: Any
        self.aggregator: Aggregator = self.run(self._build())

    async def _build(self) -> Aggregator:
        self._valkey = async_store()
        return Aggregator(EditorClient(), Breakers(self._valkey), Pusher(self._valkey))

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the loop and wait for the result, from any other thread."""
        return self.submit(work).result()

    def warm(self, peers: Iterable[Peer]) -> None:
        """Open connections to these editors without waiting for them."""
        client = self.aggregator.client
        for peer in peers:
            for _ in range(WARM_CONNECTIONS):
                self.submit(client.warm(peer))

    def stop(self) -> None:
        self.run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    async def _close(self) -> None:
        await self.aggregator.client.close()
        await self._valkey.aclose()


_lock = threading.Lock()
_running: list[EditorLoop] = []


def editor_loop() -> EditorLoop:
    """Return the loop of this process, started at the first call."""
    with _lock:
        if not _running:
            _running.append(EditorLoop())
        return _running[0]


def stop_editor_loop() -> None:
    with _lock:
        while _running:
            _running.pop().stop()
