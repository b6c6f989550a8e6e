"""The events of a search in Valkey: pushed once each by the worker, read by every page that follows.

For a search `id`: `sas:search:{id}` (the search), `…:events` (stream of reports), `…:answered` (which
questions of which round have their report), `…:rounds` (rounds still open, with their deadline). All
expire together. A report is also pointed at by `sas:answer:{question}` for reuse within seconds.
"""

import asyncio
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import redis
import redis.asyncio
from django.conf import settings
from redis.exceptions import RedisError

from agenda.reports import CallReport, Landed

REUSE_SECONDS = 30
# The longest a reader waits in one command: the client must not give up before
LONGEST_BLOCK_SECONDS = 15.0
MOST_CONNECTIONS = 32
# Reports sent in one go: enough to spare round trips, few enough to keep the first ones waiting for nothing
MOST_AT_ONCE = 16

_encoder = msgspec.msgpack.Encoder()
_reports = msgspec.msgpack.Decoder(CallReport)

# One report per question and round, whoever delivers it: a redelivered job cannot double an event.
_PUSH = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return false end
local id = redis.call('XADD', KEYS[2], '*', 'report', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
if KEYS[3] then redis.call('SET', KEYS[3], KEYS[2] .. '|' .. id, 'EX', ARGV[4]) end
return id
"""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One asking: 0 the whole search, the others one editor again. `deadline` in seconds since 1970."""

    number: int
    editor_id: int
    deadline: float


def key_of(search_id: UUID) -> str:
    return f"sas:search:{search_id}"


@lru_cache(maxsize=1)
def store() -> Any:
    """The synchronous client of this process (thread-safe pool). Its own types mix bytes, text and futures."""
    pool = redis.BlockingConnectionPool.from_url(
        settings.REDIS_URL, protocol=2, socket_connect_timeout=1, socket_timeout=5,
        max_connections=MOST_CONNECTIONS, timeout=5,
    )  # fmt: skip
    return redis.Redis(connection_pool=pool)


def async_store() -> Any:
    """A client for one event loop; the caller closes it. A burst waits for a connection instead of failing."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings.REDIS_URL, protocol=2, socket_connect_timeout=1, socket_timeout=LONGEST_BLOCK_SECONDS + 5,
        max_connections=MOST_CONNECTIONS, timeout=5,
    )  # fmt: skip
    return redis.asyncio.Redis.from_pool(pool)


def keep(search_id: UUID, search: msgspec.Struct, first: Round) -> None:
    """Keep a search and open its first round."""
    key, seconds = key_of(search_id), settings.MEMORY_OF_SEARCH_SECONDS
    pipeline = store().pipeline(transaction=True)
    pipeline.set(key, _encoder.encode(search), ex=seconds)
    pipeline.zadd(f"{key}:rounds", {f"{first.number}:{first.editor_id}": first.deadline})
    pipeline.expire(f"{key}:rounds", seconds)
    pipeline.execute()


def kept(search_id: UUID) -> bytes | None:
    value: bytes | None = store().get(key_of(search_id))
    return value


def open_round(search_id: UUID, *, editor_id: int, seconds: float) -> Round:
    """Open one more round for one editor, and say so on the stream."""
    key = key_of(search_id)
    number = int(store().incr(f"{key}:last_round"))
    opened = Round(number=number, editor_id=editor_id, deadline=time.time() + seconds)
    pipeline = store().pipeline(transaction=True)
    pipeline.zadd(f"{key}:rounds", {f"{number}:{editor_id}": opened.deadline})
    pipeline.xadd(f"{key}:events", {"again": str(editor_id)})
    for name in ("rounds", "events", "last_round"):
        pipeline.expire(f"{key}:{name}", settings.MEMORY_OF_SEARCH_SECONDS)
    pipeline.execute()
    return opened


def rounds_open(search_id: UUID) -> list[Round]:
    return read_rounds(store().zrange(f"{key_of(search_id)}:rounds", 0, -1, withscores=True))


def read_rounds(members: list[tuple[bytes, float]]) -> list[Round]:
    return [
        Round(number=int(name.partition(b":")[0]), editor_id=int(name.partition(b":")[2]), deadline=deadline)
        for name, deadline in members
    ]


def answered(search_id: UUID, round_number: int) -> frozenset[int]:
    """Numbers of the questions of this round that have their report."""
    prefix = f"{round_number}:".encode()
    members = store().smembers(f"{key_of(search_id)}:answered")
    return frozenset(int(m.removeprefix(prefix)) for m in members if m.startswith(prefix))


def events_after(search_id: UUID, after: str) -> list[Landed]:
    """Every report and announcement after this event; completions are not told here."""
    return read_events(store().xrange(f"{key_of(search_id)}:events", min=f"({after}"))


def read_events(entries: list[tuple[bytes, dict[bytes, bytes]]]) -> list[Landed]:
    return [landed for landed in map(_read_event, entries) if landed]


def _read_event(entry: tuple[bytes, dict[bytes, bytes]]) -> Landed | None:
    event_id, fields = entry[0].decode(), entry[1]
    if b"report" in fields:
        return Landed(event_id=event_id, report=_reports.decode(fields[b"report"]))
    if b"again" in fields:
        return Landed(event_id=event_id, again=int(fields[b"again"]))
    return None


def take(token: str, *, seconds: float) -> CallReport | None:
    """Wait for the report left under this token; None when it does not come in time."""
    answer = store().blpop([f"sas:recheck:{token}"], timeout=seconds)
    return _reports.decode(answer[1]) if answer else None


class Pusher:
    """The worker's side: pushes reports as they land, on the worker's own event loop.

    Reports that land while others are on their way to Valkey leave together, on one connection.
    """

    def __init__(self, valkey: Any) -> None:
        self._valkey = valkey
        self._waiting: list[tuple[list[str], list[Any], asyncio.Future[None]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def push(self, search_id: UUID, report: CallReport, *, reuse_key: str = "") -> None:
        """Push one report; a second one for the same question and round is dropped."""
        key = key_of(search_id)
        keys = [f"{key}:answered", f"{key}:events", *([f"sas:answer:{reuse_key}"] if reuse_key else [])]
        arguments = [
            f"{report.round}:{report.question}",
            _encoder.encode(report),
            settings.MEMORY_OF_SEARCH_SECONDS,
            REUSE_SECONDS,
        ]
        pushed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((keys, arguments, pushed))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        await pushed

    async def _send(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            pipeline = self._valkey.pipeline(transaction=False)
            for keys, arguments, _ in batch:
                pipeline.eval(_PUSH, len(keys), *keys, *arguments)
            try:
                await pipeline.execute()
            except RedisError as error:
                for _, _, pushed in batch:
                    pushed.set_exception(error)
            else:
                for _, _, pushed in batch:
                    pushed.set_result(None)
        self._sending = None

    async def close_round(self, search_id: UUID, round_number: int, editor_id: int) -> None:
        """Say that every question of the round has its report."""
        key = key_of(search_id)
        pipeline = self._valkey.pipeline(transaction=True)
        pipeline.zrem(f"{key}:rounds", f"{round_number}:{editor_id}")
        pipeline.xadd(f"{key}:events", {"done": str(round_number)})
        pipeline.expire(f"{key}:events", settings.MEMORY_OF_SEARCH_SECONDS)
        await pipeline.execute()

    async def leave(self, token: str, report: CallReport) -> None:
        """Leave one report for the single reader who waits under this token."""
        pipeline = self._valkey.pipeline(transaction=True)
        pipeline.lpush(f"sas:recheck:{token}", _encoder.encode(report))
        pipeline.expire(f"sas:recheck:{token}", REUSE_SECONDS)
        await pipeline.execute()

    async def reusable(self, reuse_keys: Iterable[str]) -> dict[str, tuple[CallReport, float]]:
        """Return the reports given to these questions a moment ago, with their age in seconds."""
        names = list(reuse_keys)
        pointers = await self._valkey.mget([f"sas:answer:{name}" for name in names]) if names else []
        found: dict[str, tuple[CallReport, float]] = {}
        for name, pointer in zip(names, pointers, strict=True):
            if pointer:
                stream, _, event_id = pointer.decode().partition("|")
                events = read_events(await self._valkey.xrange(stream, min=event_id, max=event_id))
                age = time.time() - int(event_id.partition("-")[0]) / 1000
                if events and events[0].report and age <= REUSE_SECONDS:
                    found[name] = (events[0].report, max(age, 0.0))
        return found
