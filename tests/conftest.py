"""Fixtures every test may use. Servers are started by `tests/servers.py`."""

import pytest
from django.conf import settings
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _empty_shared_store() -> None:
    """Each test starts with an empty Valkey database of its own worker."""
    cache.clear()


@pytest.fixture
def valkey():
    """A client on this worker's Valkey database, emptied first."""
    import redis

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client


pytest_plugins = ["tests.live"]
