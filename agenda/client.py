"""HTTP towards the editors, and nothing else: address in, bytes out, or one of two exceptions.

One client per event loop, connections kept open; no redirect, no cookie, no proxy from the
environment; every bound of robustness.md ("Budgets for one call") that concerns the wire.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from agenda.bodies import BodyRefused, BoundedBody, Budget
from agenda.booking_urls import is_loopback
from agenda.models import Editor, Outcome
from agenda.tls import OURS_REFUSED, says_certificate_refused, tls_context, tls_fault

CONNECT_SECONDS = 1.0
WRITE_SECONDS = 6.5
MOST_WORDS = 64 * 1024
MEDIA_TYPES = {"application/fhir+json", "application/json+fhir", "application/json"}
HEADERS = {
    "Accept": "application/fhir+json",
    "Accept-Encoding": "gzip, deflate, br",
    "User-Agent": "SAS-portail",
}
WRITING = {"Content-Type": "application/fhir+json; charset=utf-8"}


@dataclass
class EditorUnavailable(Exception):
    """No usable answer this time; asking again later may do."""

    outcome: Outcome
    why: str = ""


@dataclass
class EditorRefused(Exception):
    """The editor, or our own safety rules, said no; asking again changes nothing."""

    outcome: Outcome
    why: str = ""


class NotSent(EditorUnavailable):
    """No connection: what was to be written has certainly not been taken."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """An editor's answer to what we wrote, whether it took it (2xx) or said no (4xx)."""

    status: int
    body: bytes

    @property
    def taken(self) -> bool:
        return self.status < 300


@dataclass(frozen=True, kw_only=True)
class Peer:
    """An editor as the client needs it. `tls` is None on plain loopback HTTP."""

    editor_id: int
    base_url: str
    tls: ssl.SSLContext | None


def peer_of(editor: Editor) -> Peer:
    """Prepare the way to an editor; raise EditorRefused when its settings do not allow a safe call."""
    parts = urlsplit(editor.base_url)
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return Peer(editor_id=editor.pk, base_url=editor.base_url, tls=None)
    if parts.scheme != "https":
        raise EditorRefused(Outcome.REFUSED, "plain http outside the local machine")
    try:
        context = tls_context(
            ca_file=editor.ca_file, cert_file=editor.cert_file, key_file=editor.key_file,
            expected_cn=editor.expected_cn, expected_ou=editor.expected_ou,
        )  # fmt: skip
    except OSError as error:
        raise EditorRefused(Outcome.REFUSED, f"certificate files: {error.strerror or type(error).__name__}") from error
    return Peer(editor_id=editor.pk, base_url=editor.base_url, tls=context)


class EditorClient:
    """The open connections of one event loop."""

    def __init__(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=60)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            auto_decompress=False,
            trust_env=False,
            headers=HEADERS,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._session.close()

    async def get(self, peer: Peer, url: str, *, budget: Budget) -> bytes:
        """Return the body of a 200 answer of a FHIR media type. The caller bounds the time."""
        with named_faults():
            request = self._session.get(URL(url, encoded=True), ssl=peer.tls or True, allow_redirects=False)
            async with request as response:
                if peer.tls and response.status == 400 and says_certificate_refused(await response.content.read(1024)):
                    raise EditorRefused(Outcome.REFUSED, OURS_REFUSED)
                _check_head(response)
                body = BoundedBody(response.headers.get("Content-Encoding", ""), budget)
                async for chunk in response.content.iter_any():
                    body.feed(chunk)
                return body.finished()

    async def write(self, peer: Peer, method: str, url: str, *, body: bytes) -> Written:
        """Send a resource once, and return the editor's yes or no.

        Raises NotSent when nothing left, EditorRefused with a status when access was refused; any other
        refusal, and EditorUnavailable, leave open whether it was taken.
        """
        with named_faults():
            request = self._session.request(
                method, URL(url, encoded=True), data=body, headers=WRITING, ssl=peer.tls or True, allow_redirects=False,
                middlewares=(_once,),
            )  # fmt: skip
            async with asyncio.timeout(WRITE_SECONDS), request as response:
                _check_written(response.status)
                words = await _words(response)
                if peer.tls and response.status == 400 and says_certificate_refused(words):
                    raise EditorRefused(Outcome.REFUSED, OURS_REFUSED)
                return Written(status=response.status, body=words)

    async def warm(self, peer: Peer) -> None:
        """Open a connection before the first search needs it; a failure is not worth a word here."""
        try:
            url = URL(f"{peer.base_url.rstrip('/')}/metadata", encoded=True)
            async with self._session.get(url, ssl=peer.tls or True, allow_redirects=False) as response:
                await response.content.read(MOST_METADATA)
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
            return


MOST_METADATA = 256 * 1024


@contextmanager
def named_faults() -> Iterator[None]:
    """Turn whatever goes wrong on the wire into one of our exceptions."""
    try:
        yield
    except BodyRefused as error:
        raise EditorRefused(Outcome.INVALID, str(error)) from error
    except aiohttp.ConnectionTimeoutError as error:
        raise NotSent(Outcome.TIMEOUT, "connect") from error
    except TimeoutError as error:
        raise EditorUnavailable(Outcome.TIMEOUT, "connect") from error
    except (aiohttp.ClientConnectionError, OSError) as error:
        if fault := tls_fault(error):
            raise EditorRefused(Outcome.REFUSED, fault) from error
        if isinstance(error, aiohttp.ClientConnectorError):
            raise NotSent(Outcome.UNREACHABLE, type(error).__name__) from error
        raise EditorUnavailable(Outcome.UNREACHABLE, type(error).__name__) from error
    except aiohttp.ClientPayloadError as error:
        raise EditorUnavailable(Outcome.UNREACHABLE, "cut short") from error
    except (aiohttp.ClientError, ValueError) as error:
        raise EditorRefused(Outcome.INVALID, type(error).__name__) from error


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep the library from sending a PUT a second time by itself when the line was cut."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        if fault := tls_fault(error):
            raise EditorRefused(Outcome.REFUSED, fault) from error
        raise EditorUnavailable(Outcome.UNREACHABLE, type(error).__name__) from error


def _check_written(status: int) -> None:
    """Let through what the editor decided about the resource; the rest is about the way to it."""
    match status:
        case 429 | 503:
            raise EditorUnavailable(Outcome.OVERLOAD, str(status))
        case 401 | 403:
            raise EditorRefused(Outcome.REFUSED, str(status))
        case _ if status == 408 or status >= 500:
            raise EditorUnavailable(Outcome.UNREACHABLE, str(status))
        case _ if 300 <= status < 400:
            raise EditorRefused(Outcome.INVALID, str(status))


async def _words(response: aiohttp.ClientResponse) -> bytes:
    """Read the body of an answer whose status says enough; an unreadable or endless one counts for nothing."""
    try:
        body = BoundedBody(response.headers.get("Content-Encoding", ""), Budget(on_wire=MOST_WORDS, decoded=MOST_WORDS))
        async for chunk in response.content.iter_any():
            body.feed(chunk)
        return body.finished()
    except (BodyRefused, aiohttp.ClientError):
        return b""


def _check_head(response: aiohttp.ClientResponse) -> None:
    """Map the status to an outcome, then require a FHIR media type in UTF-8."""
    match response.status:
        case 200:
            pass
        case 429 | 503:
            raise EditorUnavailable(Outcome.OVERLOAD, str(response.status))
        case 401 | 403:
            raise EditorRefused(Outcome.REFUSED, str(response.status))
        case 408 | 502 | 504:
            raise EditorUnavailable(Outcome.UNREACHABLE, str(response.status))
        case status:
            raise EditorRefused(Outcome.INVALID, str(status))
    if response.content_type not in MEDIA_TYPES:
        raise EditorRefused(Outcome.INVALID, "media type")
    if (response.charset or "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise EditorRefused(Outcome.INVALID, "charset")
