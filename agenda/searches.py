"""A search while it lives: opened, kept some minutes in the shared store, followed event by event."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from celery import current_app
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from agenda import streams
from agenda.aggregation import DEADLINE_SECONDS
from agenda.filters import Filters
from agenda.models import Outcome
from agenda.own.offer import own_slots
from agenda.planning import plan_questions
from agenda.reports import CallReport, Landed, Question, unanswered
from agenda.slots import Slot
from agenda.visibility import Viewer
from agenda.windows import Window, search_window
from directory.found import Found
from directory.needs import Need
from directory.places import Near

__all__ = [
    "CallReport",
    "Filters",
    "Landed",
    "Question",
    "Search",
    "SearchExpired",
    "SearchOfSomebodyElse",
    "Viewer",
    "ask_again",
    "follow",
    "heard",
    "landed",
    "load_search",
    "open_search",
    "prepare_search",
]

# Past the deadline of the calls, time for the worker to pick the job up and to push the last report
GRACE_SECONDS = 1.5
PING_SECONDS = streams.LONGEST_BLOCK_SECONDS


@dataclass
class SearchExpired(Exception):
    """Nothing is kept of this search any more (or it never existed)."""

    search_id: UUID


@dataclass
class SearchOfSomebodyElse(Exception):
    """The search exists and belongs to another user."""

    search_id: UUID


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` is the technical id of the user; `asked` is False when no worker could be told."""

    id: UUID
    owner: str
    viewer: Viewer
    what: str
    need_label: str
    near: Near
    zone: str
    found: Found
    filters: Filters
    window_start: datetime
    window_end: datetime
    questions: tuple[Question, ...]
    # What the platform's own agenda offers, as it stood when the search was opened
    own: tuple[Slot, ...] = ()
    opened_at: datetime
    origin: str = ""
    seed: int = 0
    asked: bool = True

    @property
    def window(self) -> Window:
        return Window(start=self.window_start, end=self.window_end)


_searches = msgspec.msgpack.Decoder(Search)


def prepare_search(
    *, owner: str, viewer: Viewer, what: str, need: Need, near: Near, found: Found, filters: Filters,
    origin: str = "", seed: int = 0,
) -> Search:  # fmt: skip
    """Plan a search without keeping it or asking anybody."""
    now = timezone.now()
    window = search_window(now, near.time_zone)
    return Search(
        id=uuid.uuid4(),
        owner=owner,
        viewer=viewer,
        what=what,
        need_label=need.label,
        near=near,
        zone=near.time_zone,
        found=found,
        filters=filters,
        window_start=window.start,
        window_end=window.end,
        questions=plan_questions(found.candidates, window, associations=found.associations),
        own=own_slots(found.candidates, window=window, now=now),
        opened_at=now,
        origin=origin,
        seed=seed,
    )


def open_search(
    *, owner: str, viewer: Viewer, what: str, need: Need, near: Near, found: Found, filters: Filters,
    origin: str = "", seed: int = 0,
) -> Search:  # fmt: skip
    """Keep the search and have a worker ask every editor concerned, in one job.

    When the store or the broker cannot be reached the search is still returned (`asked` False): its
    cards are there, and every editor reads as unreachable.
    """
    search = prepare_search(
        owner=owner, viewer=viewer, what=what, need=need, near=near, found=found,
        filters=filters, origin=origin, seed=seed,
    )  # fmt: skip
    first = streams.Round(number=0, editor_id=0, deadline=time.time() + DEADLINE_SECONDS)
    try:
        streams.keep(search.id, search, first)
        _send_job(search.id, first)
    except (RedisError, OperationalError):
        return msgspec.structs.replace(search, asked=False)
    return search


def load_search(search_id: UUID, *, owner: str) -> Search:
    """Return the search of this owner; raise SearchExpired or SearchOfSomebodyElse."""
    try:
        value = streams.kept(search_id)
    except RedisError as error:
        raise SearchExpired(search_id) from error
    if value is None:
        raise SearchExpired(search_id)
    search = _searches.decode(value)
    if search.owner != owner:
        raise SearchOfSomebodyElse(search_id)
    return search


def landed(search: Search, after: str = "0-0") -> list[Landed]:
    """Return the events that landed after this one, without waiting, completion included when it is time."""
    if not search.asked:
        return _never_asked(search, after)
    try:
        events = streams.events_after(search.id, after)
        still_open = streams.rounds_open(search.id)
        last = events[-1].event_id if events else after
        if still_open and time.time() < _patience(still_open):
            return events
        return [*events, *_ending(search, still_open, last)]
    except RedisError:
        return _never_asked(search, after)


async def follow(search: Search, after: str = "0-0") -> AsyncIterator[Landed | None]:
    """Yield the events after this one as they land, then the completion; None every 15 s of silence."""
    if not search.asked:
        for event in _never_asked(search, after):
            yield event
        return
    valkey = streams.async_store()
    try:
        async for one in _follow(valkey, search, after):
            yield one
    finally:
        await valkey.aclose()


async def _follow(valkey: Any, search: Search, last: str) -> AsyncIterator[Landed | None]:
    key, silent_since = streams.key_of(search.id), time.monotonic()
    while True:
        still_open = streams.read_rounds(await valkey.zrange(f"{key}:rounds", 0, -1, withscores=True))
        left = _patience(still_open) - time.time()
        wait = min(left, PING_SECONDS - (time.monotonic() - silent_since))
        answer = await valkey.xread({f"{key}:events": last}, block=max(1, int(wait * 1000)) if wait > 0 else None)
        entries = answer[0][1] if answer else []
        for one in streams.read_events(entries):
            yield one
        if entries:
            last, silent_since = entries[-1][0].decode(), time.monotonic()
        elif not still_open or left <= 0:
            for one in await asyncio.to_thread(_ending, search, still_open, last):
                yield one
            return
        elif time.monotonic() - silent_since >= PING_SECONDS:
            silent_since = time.monotonic()
            yield None


def heard(search: Search, *, seconds: float) -> list[Landed]:
    """Return what landed by the time every editor has answered, or after so many seconds. Not from an event loop."""
    events: list[Landed] = []

    async def listen() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for one in follow(search):
                    if one:
                        events.append(one)

    asyncio.run(listen())
    return events


def ask_again(search: Search, editor_id: int) -> None:
    """Have one editor asked again; its events land on the same stream. No worker: nothing changes."""
    if editor_id not in {question.editor_id for question in search.questions}:
        return
    try:
        running = [one for one in streams.rounds_open(search.id) if one.editor_id in {0, editor_id}]
        if time.time() < _patience(running):
            return
        _send_job(search.id, streams.open_round(search.id, editor_id=editor_id, seconds=DEADLINE_SECONDS))
    except (RedisError, OperationalError):
        return


def _send_job(search_id: UUID, opened: streams.Round) -> None:
    # By name: the task module stands to the right of this one
    current_app.send_task(
        "agenda.tasks.ask_editors", args=[str(search_id), opened.number, opened.editor_id], retry=False
    )


def _patience(still_open: Iterable[streams.Round]) -> float:
    return max((one.deadline + GRACE_SECONDS for one in still_open), default=0.0)


def _ending(search: Search, still_open: Iterable[streams.Round], last: str) -> list[Landed]:
    """The completion, after reports for what nobody will push any more (the worker died or is far behind)."""
    lost = []
    for one in still_open:
        done = streams.answered(search.id, one.number)
        for question in search.questions:
            if question.number not in done and one.editor_id in {0, question.editor_id}:
                lost.append(unanswered(question, Outcome.TIMEOUT, round=one.number))
    return _numbered(lost, last)


def _never_asked(search: Search, after: str) -> list[Landed]:
    return _numbered([unanswered(question, Outcome.UNREACHABLE) for question in search.questions], after)


def _numbered(reports: Iterable[CallReport], last: str) -> list[Landed]:
    """Give ids just beyond the last real event: whoever resumes after them misses nothing that lands later."""
    milliseconds, _, number = last.partition("-")
    events = [Landed(event_id=f"{milliseconds}-{int(number or 0) + n}", report=r) for n, r in enumerate(reports, 1)]
    return [*events, Landed(event_id=f"{milliseconds}-{int(number or 0) + len(events) + 1}")]
