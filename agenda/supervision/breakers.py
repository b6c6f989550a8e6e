"""Which editors the breaker keeps back now, as every worker sees it."""

import time
from collections.abc import Sequence

from redis.exceptions import RedisError

from agenda.breaker import key_of
from agenda.streams import store


def paused(editor_ids: Sequence[int]) -> frozenset[int]:
    """Read the shared state in one round trip; none when Valkey is away."""
    pipeline = store().pipeline(transaction=False)
    for editor_id in editor_ids:
        pipeline.hget(key_of(editor_id), "until")
    try:
        until = pipeline.execute()
    except RedisError:
        return frozenset()
    now_ms = time.time() * 1000
    return frozenset(one for one, ms in zip(editor_ids, until, strict=True) if ms and float(ms) > now_ms)
