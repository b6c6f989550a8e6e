"""An editor in a thread of the test that keeps what it is sent and answers as it is told."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.peers import Peer

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
FHIR = "application/fhir+json"


class RudeEditor(Peer):
    """`answers` serve one request each, then every request is taken (201). `seen`: method, identifier, resource."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.answers: list[Answer] = []
        self.seen: list[tuple[str, str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.seen]

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/fhir/{kind:Practitioner|Appointment}", self._written)]

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
