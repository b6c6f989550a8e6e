"""A real HTTP server in a thread of the test: what the fake editors of the tests have in common."""

import asyncio
import ssl
import threading
from abc import ABC, abstractmethod
from typing import Self

from aiohttp import web

STARTS_WITHIN_SECONDS = 60


class Peer(ABC):
    """Serves its routes on a port of its own between `with` and its end."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @abstractmethod
    def routes(self) -> list[web.RouteDef]: ...

    @property
    def url(self) -> str:
        return f"{'https://localhost' if self.tls else 'http://127.0.0.1'}:{self.port}/fhir"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(STARTS_WITHIN_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STARTS_WITHIN_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.add_routes(self.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self.tls).start()
        self.port = runner.addresses[0][1]
        self._stop = asyncio.Event()
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
        await asyncio.sleep(0.1 if self.tls else 0)  # goodbyes of TLS
