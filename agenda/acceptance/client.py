"""HTTP towards the endpoint under check: what came back as it came, whatever its status."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from agenda.acceptance.ledger import Ledger, Step
from agenda.bodies import BodyRefused, BoundedBody, Budget
from agenda.client import HEADERS, Peer
from agenda.tls import OURS_REFUSED, says_certificate_refused, tls_fault

FHIR_JSON = "application/fhir+json"
REFUSED = {401, 403}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds: past `answer` nobody waits any more, past `comfort` somebody notices."""

    answer: float = 7.0
    comfort: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """An answer. `cut` says why its body was not read to the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ms: int
    cut: str = ""

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def certificate_refused(self) -> bool:
        return self.status in REFUSED or (self.status == 400 and says_certificate_refused(self.body[:1024]))


@dataclass
class NoAnswer(Exception):
    """Nothing came back: too late, certificate refused, or out of reach."""

    why: str
    ms: int
    late: bool = False
    refused: bool = False


class Wire:
    """The connections to one endpoint, under one certificate."""

    def __init__(self, peer: Peer, limits: Limits) -> None:
        self.base_url = peer.base_url.rstrip("/")
        self.limits = limits
        self._tls = peer.tls

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self.limits.answer)
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=timeout,
            auto_decompress=False,
            trust_env=False,
            headers=HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def send(self, method: str, url: str, body: bytes | None = None) -> Exchange:
        """Send and return the answer; raise NoAnswer."""
        began = time.monotonic()
        headers = {"Content-Type": FHIR_JSON} if body is not None else {}
        try:
            async with self._session.request(
                method, URL(url, encoded=True), data=body, headers=headers, ssl=self._tls or True, allow_redirects=False
            ) as response:
                content, cut = await _content(response)
                return Exchange(
                    status=response.status, headers=response.headers, body=content, ms=_elapsed(began), cut=cut
                )
        except TimeoutError as error:
            why = f"pas de réponse en {self.limits.answer:g} s"
            raise NoAnswer(why=why, ms=_elapsed(began), late=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            fault = tls_fault(error)
            raise NoAnswer(
                why=fault or type(error).__name__, ms=_elapsed(began), refused=fault == OURS_REFUSED
            ) from error


async def _content(response: aiohttp.ClientResponse) -> tuple[bytes, str]:
    try:
        body = BoundedBody(response.headers.get("Content-Encoding", ""), Budget())
        async for chunk in response.content.iter_any():
            body.feed(chunk)
        return body.finished(), ""
    except BodyRefused as error:
        return b"", str(error)


async def exchange(ledger: Ledger, wire: Wire, method: str, url: str, body: bytes | None = None) -> Exchange | None:
    """Send for the step under way; None when there is no answer to look at."""
    try:
        answer = await wire.send(method, url, body)
    except NoAnswer as none:
        ledger.steps.append(Step(name=ledger.step, outcome=none.why, ms=none.ms))
        rule = "TIME-7S" if none.late else "HTTP-ACCESS" if none.refused else "HTTP-REACHED"
        ledger.expect(rule, False, seen=none.why, where="connexion")
        return None
    ledger.steps.append(Step(name=ledger.step, outcome=str(answer.status), ms=answer.ms))
    ledger.expect("HTTP-REACHED", True)
    ledger.expect("TIME-7S", True)
    refused = answer.certificate_refused
    return None if not ledger.expect("HTTP-ACCESS", not refused, seen=answer.status, where="statut HTTP") else answer


def _elapsed(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
