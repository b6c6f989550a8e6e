"""A circuit breaker per editor, shared by every worker through Valkey.

After THRESHOLD failures in a row the editor is left alone for a while; then one call at a time may
try it; a success closes the breaker, a failure lengthens the pause. While all is well no command
is sent: each process keeps a view of the shared state, refreshed at the start of each search.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

THRESHOLD = 10
FIRST_PAUSE_MS = 5_000
LONGEST_PAUSE_MS = 60_000
# Longer than one call: a probe whose worker died frees its place
PROBE_MS = 8_000
MEMORY_MS = 10 * 60_000

_FAILED = """
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local until_ms = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
local now = tonumber(ARGV[1])
if failures >= tonumber(ARGV[2]) and until_ms <= now then
  local pause = tonumber(redis.call('HGET', KEYS[1], 'pause') or '0') * 2
  pause = math.max(tonumber(ARGV[3]), math.min(pause, tonumber(ARGV[4])))
  until_ms = now + pause
  redis.call('HSET', KEYS[1], 'until', until_ms, 'pause', pause)
  redis.call('DEL', KEYS[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {failures, until_ms}
"""


@dataclass(frozen=True, kw_only=True)
class View:
    """What this process knows: failures in a row, and until when (ms since 1970) the editor is left alone."""

    failures: int = 0
    until_ms: int = 0


CLOSED = View()


def key_of(editor_id: int) -> str:
    return f"sas:breaker:{editor_id}"


class Breakers:
    def __init__(self, valkey: Any) -> None:
        self._valkey = valkey
        self._failed = valkey.register_script(_FAILED)
        self._views: dict[int, View] = {}

    async def refresh(self, editor_ids: Iterable[int]) -> None:
        """Read the shared state of these editors in one round trip; keep the last view when Valkey is away."""
        ids = list(editor_ids)
        pipeline = self._valkey.pipeline(transaction=False)
        for editor_id in ids:
            pipeline.hmget(key_of(editor_id), "failures", "until")
        try:
            answers = await pipeline.execute()
        except RedisError:
            return
        for editor_id, (failures, until_ms) in zip(ids, answers, strict=True):
            self._views[editor_id] = View(failures=int(failures or 0), until_ms=int(float(until_ms or 0)))

    async def admits(self, editor_id: int) -> bool:
        """May this editor be called now? True for a closed breaker, and for the one probe of an open one."""
        view = self._views.get(editor_id, CLOSED)
        if not view.until_ms:
            return True
        if _now_ms() < view.until_ms:
            return False
        try:
            return bool(await self._valkey.set(f"{key_of(editor_id)}:probe", "1", nx=True, px=PROBE_MS))
        except RedisError:
            return True

    async def succeeded(self, editor_id: int) -> None:
        if self._views.get(editor_id, CLOSED) == CLOSED:
            return
        self._views[editor_id] = CLOSED
        try:
            await self._valkey.delete(key_of(editor_id), f"{key_of(editor_id)}:probe")
        except RedisError:
            return

    async def failed(self, editor_id: int) -> None:
        arguments = [_now_ms(), THRESHOLD, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, MEMORY_MS]
        keys = [key_of(editor_id), f"{key_of(editor_id)}:probe"]
        try:
            failures, until_ms = await self._failed(keys=keys, args=arguments)
        except RedisError:
            view = self._views.get(editor_id, CLOSED)
            failures, until_ms = view.failures + 1, view.until_ms
        self._views[editor_id] = View(failures=int(failures), until_ms=int(until_ms))


def _now_ms() -> int:
    return int(time.time() * 1000)
