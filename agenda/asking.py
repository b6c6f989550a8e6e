"""One question to one editor, from the first byte to the report: pages, budgets, one retry, outcome."""

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import msgspec

from agenda.bodies import Budget
from agenda.booking_urls import BookingHosts
from agenda.bundles import AnswerUnusable, EntryAsRead, open_envelope, same_origin
from agenda.client import EditorClient, EditorRefused, EditorUnavailable, Peer
from agenda.models import Flow, Outcome
from agenda.queries import question_url
from agenda.reading import Asked, Reading, read_answer
from agenda.reports import CallReport, Question, unanswered
from agenda.windows import Window

logger = logging.getLogger(__name__)

WHOLE_CALL_SECONDS = 6.5
MOST_PAGES = 5
MOST_ENTRIES = 5000
MOST_BROKEN_TOLD = 20
LONGEST_URL = 2048
# Below this much time left, a second try would only make the first failure later
WORTH_A_RETRY_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Call:
    """Everything one question needs; `zone` writes the instants of the request."""

    question: Question
    peer: Peer
    hosts: BookingHosts
    window: Window
    zone: str
    round: int = 0


async def ask(client: EditorClient, call: Call, *, seconds: float = WHOLE_CALL_SECONDS) -> CallReport:
    """Ask and report; never raises for anything an editor or the network does."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            entries = await _fetch(client, call, until=began + seconds)
        asked = Asked(
            editor_id=call.peer.editor_id,
            national_ids=frozenset(call.question.national_ids),
            window=call.window,
            hosts=call.hosts,
            associations=call.question.flow == Flow.SOS,
        )
        return _report(call, read_answer(entries, asked), _elapsed_ms(began))
    except TimeoutError:
        outcome, why = Outcome.TIMEOUT, "deadline"
    except (EditorUnavailable, EditorRefused) as error:
        outcome, why = error.outcome, error.why
    except AnswerUnusable as error:
        outcome, why = Outcome.INVALID, error.why
    logger.info("editor %s: %s (%s)", call.peer.editor_id, outcome.value, why)
    return unanswered(call.question, outcome, duration_ms=_elapsed_ms(began), round=call.round)


async def _fetch(client: EditorClient, call: Call, *, until: float) -> list[EntryAsRead | msgspec.Raw]:
    """Follow the pages of one answer, on the editor's own origin, within the budgets."""
    url = question_url(
        call.peer.base_url, flow=call.question.flow, national_ids=call.question.national_ids,
        window=call.window, zone=call.zone,
    )  # fmt: skip
    entries: list[EntryAsRead | msgspec.Raw] = []
    seen: set[str] = set()
    budget = Budget()
    while url:
        seen.add(url)
        envelope = open_envelope(await _get_with_one_retry(client, call.peer, url, budget=budget, until=until))
        entries += envelope.entries
        if len(entries) > MOST_ENTRIES:
            raise AnswerUnusable("trop de ressources")
        url = _next_page(envelope.next_url, url, seen)
    return entries


def _next_page(written: str, url: str, seen: set[str]) -> str:
    """Return the address of the next page, "" at the end; raise AnswerUnusable rather than follow it anywhere."""
    if not written:
        return ""
    form_is_right = written.isascii() and written.isprintable() and not set(written) & set(' \\"<>')
    following = urljoin(url, written) if form_is_right and len(written) <= LONGEST_URL else ""
    if not following or following in seen or len(seen) >= MOST_PAGES:
        raise AnswerUnusable("page suivante refusée")
    if not same_origin(following, url) or "@" in urlsplit(following).netloc:
        raise AnswerUnusable("page suivante sur une autre origine")
    return following


async def _get_with_one_retry(client: EditorClient, peer: Peer, url: str, *, budget: Budget, until: float) -> bytes:
    try:
        return await client.get(peer, url, budget=budget)
    except EditorUnavailable as error:
        if error.outcome != Outcome.UNREACHABLE or until - time.monotonic() < WORTH_A_RETRY_SECONDS:
            raise
    await asyncio.sleep(random.uniform(0.05, 0.15))  # noqa: S311 - jitter
    return await client.get(peer, url, budget=budget)


def _report(call: Call, reading: Reading, duration_ms: int) -> CallReport:
    complete = Outcome.OK if reading.slots else Outcome.EMPTY
    outcome = Outcome.PARTIAL if reading.rejects else complete
    return msgspec.structs.replace(
        unanswered(call.question, outcome, duration_ms=duration_ms, round=call.round),
        slots=reading.slots,
        rejects=reading.counts(),
        broken=(*reading.rejects, *reading.remarks)[:MOST_BROKEN_TOLD],
        known=reading.known,
    )


def _elapsed_ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
