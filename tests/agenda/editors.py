"""A real HTTP editor in a thread of the test, that can be told to misbehave in every way.

Usage: `with TestEditor() as editor:` then `editor.agenda[national_id] = [resources…]` for honest answers,
or `editor.answer = hang()` and the like. Every request is kept in `editor.queries` (raw query strings).
"""

import asyncio
import gzip
import json
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import brotli
from aiohttp import web

from tests.agenda.answers import IDNPS, IDNST, bundle, community, people, slot
from tests.agenda.sos_answers import everything, sos_slot
from tests.peers import Peer

FHIR = "application/fhir+json"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TestEditor(Peer):
    """`agenda` holds the starts of the free slots of each practitioner it knows."""

    __test__ = False

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.agenda: dict[str, list[datetime]] = {}
        # Of an SOS association, by consultation place
        self.places: dict[str, dict[str, list[datetime]]] = {}
        self.answer: Answer = self.honest
        self.queries: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.asked: list[list[str]] = []
        self.at_once = self.most_at_once = 0
        self.slot_options: dict[str, Any] = {}
        self.location_options: dict[str, Any] = {}
        self.communities: tuple[str, ...] = ()
        super().__init__(tls)

    def knows(self, *national_ids: str, slots: int = 3, first: datetime | None = None) -> Self:
        """Give these practitioners `slots` free slots of 20 minutes, one each hour from an hour from now."""
        first = first or datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        for national_id in national_ids:
            self.agenda[national_id] = [first + timedelta(hours=n) for n in range(slots)]
        return self

    def receives_at(self, structure_id: str, *places: str, slots: int = 3) -> Self:
        """Give each consultation place of this association free slots, one each hour from an hour from now."""
        first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        self.places[structure_id] = {place: [first + timedelta(hours=n) for n in range(slots)] for place in places}
        return self

    def routes(self) -> list[web.RouteDef]:
        slots = [web.get(path, self._slots) for path in ("/fhir/Slot", "/fhir/Schedule", "/elsewhere")]
        return [*slots, web.get("/fhir/metadata", self._metadata)]

    async def _metadata(self, request: web.Request) -> web.Response:
        return web.json_response({"resourceType": "CapabilityStatement"}, content_type=FHIR)

    async def _slots(self, request: web.Request) -> web.StreamResponse:
        self.queries.append(request.rel_url.raw_query_string)
        self.headers.append(dict(request.headers))
        self.asked.append(asked_ids(request))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self.answer(request)
        finally:
            self.at_once -= 1

    async def honest(self, request: web.Request) -> web.StreamResponse:
        asked = asked_ids(request)
        return as_fhir(self.sos_resources(asked) if request.path.endswith("/Schedule") else self.resources(asked))

    def sos_resources(self, asked: list[str]) -> dict[str, Any]:
        mine = {one: self.places[one] for one in asked if one in self.places}
        slots = [
            sos_slot(one, start, place=place, **self.slot_options)
            for one, places in mine.items()
            for place, starts in places.items()
            for start in starts
        ]
        linked = [
            link
            for one, places in mine.items()
            for link in everything([one], places=list(places), **self.location_options)
        ]
        return bundle([*slots, *linked])

    def resources(self, asked: list[str]) -> dict[str, Any]:
        mine = [national_id for national_id in asked if self.agenda.get(national_id)]
        slots = [slot(one, start, **self.slot_options) for one in mine for start in self.agenda[one]]
        communities = [one for finess in self.communities for one in community(finess)]
        return bundle([*slots, *people(mine), *communities])


def asked_ids(request: web.Request) -> list[str]:
    practitioners = request.query.get("schedule.actor:Practitioner.identifier", "")
    associations = request.query.get("actor:Location.organization.identifier", "")
    written = (practitioners or associations).split(",")
    return [one.removeprefix(f"{IDNPS}|").removeprefix(f"{IDNST}|") for one in written if one]


def as_fhir(body: Any, **more: Any) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), content_type=FHIR, **more)


# --- ways to misbehave ---


def after(seconds: float, then: Answer) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await then(request)

    return answer


def once(released: threading.Event, then: Answer) -> Answer:
    """Hold the answer back until the test lets it go."""

    async def answer(request: web.Request) -> web.StreamResponse:
        while not released.is_set():
            await asyncio.sleep(0.02)
        return await then(request)

    return answer


def hang() -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        raise AssertionError

    return answer


def status(code: int) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return as_fhir({"resourceType": "OperationOutcome"}, status=code)

    return answer


def redirect(to: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": to})

    return answer


def body(content: bytes, content_type: str = FHIR, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=content, headers={"Content-Type": content_type} | headers)

    return answer


def reset() -> Answer:
    """Drop the connection before a single byte of answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0.01)
        return web.Response()

    return answer


def drip(content: bytes, *, every: float, piece: int = 10) -> Answer:
    """Send a few bytes at a time: never silent, never done in time."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": FHIR})
        await response.prepare(request)
        for n in range(0, len(content), piece):
            await response.write(content[n : n + piece])
            await asyncio.sleep(every)
        return response

    return answer


def endless() -> Answer:
    """Never stop sending."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": FHIR})
        await response.prepare(request)
        while True:
            await response.write(b" " * 65536)

    return answer


def cut_short(content: bytes) -> Answer:
    """Promise more than is sent."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": FHIR, "Content-Length": str(len(content) + 100)})
        await response.prepare(request)
        await response.write(content)
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
}


def compressed(content: bytes, encoding: str) -> Answer:
    return body(COMPRESSORS[encoding](content), **{"Content-Encoding": encoding})
