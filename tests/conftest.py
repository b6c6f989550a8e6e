"""Fixtures every test may use. Servers are started by `tests/servers.py`."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection


@pytest.fixture(autouse=True)
def _empty_shared_store() -> None:
    """Each test starts with an empty Valkey database of its own worker."""
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let tests that commit empty every table behind them: the audit trail refuses TRUNCATE."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")


@pytest.fixture
def valkey():
    """A client on this worker's Valkey database, emptied first."""
    import redis

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client


pytest_plugins = ["tests.live"]
