"""An editor in a thread of the test that keeps what it is sent and answers as it is told."""

import asyncio
import json
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
FHIR = "application/fhir+json"


class RudeEditor:
    """`answers` serve one request each, then every request is taken (201). `seen`: method, identifier, resource."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.answers: list[Answer] = []
        self.seen: list[tuple[str, str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/fhir" if self._tls else f"http://127.0.0.1:{self.port}/fhir"

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.seen]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/fhir/{kind:Practitioner|Appointment}", self._written)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        self.port = runner.addresses[0][1]
        self._stop = asyncio.Event()
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
        await asyncio.sleep(0.1 if self._tls else 0)  # goodbyes of TLS

    async def _written(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.query.get("identifier", ""), json.loads(await request.read())))
        self.headers.append(dict(request.headers))
        return await (self.answers.pop(0) if self.answers else status(201))(request)


def status(code: int, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=code, headers=headers)

    return answer


def says(code: int, message: str, *, issue: str = "business-rule", severity: str = "error") -> Answer:
    body = {"resourceType": "OperationOutcome",
            "issue": [{"severity": severity, "code": issue, "diagnostics": message}]}  # fmt: skip

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=code, body=json.dumps(body).encode(), content_type=FHIR)

    return answer


def body(code: int, content: bytes, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=code, body=content, headers={"Content-Type": FHIR} | headers)

    return answer


async def hang_up(request: web.Request) -> web.Response:
    """Cut the line without a word."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def hang(request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()
