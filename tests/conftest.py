"""Fixtures every test may use. Servers are started by `tests/servers.py`."""

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate

from tests.store import empty, empty_store


@pytest.fixture(autouse=True)
def _empty_shared_store() -> None:
    """Each test starts with an empty Valkey database of its own worker."""
    empty_store()


# Rows that migrations bring: a test that commits empties these tables behind it, so they come back at once.
REFERENCE_TABLES = ("directory_department", "directory_specialty", "directory_commune")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Keep a copy of the reference rows, and let tests empty the audit trail, which refuses TRUNCATE."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")
        cursor.execute("CREATE SCHEMA IF NOT EXISTS kept")
        for table in REFERENCE_TABLES:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS kept.{table} AS TABLE {table}")
    post_migrate.connect(_bring_reference_rows_back, sender=apps.get_app_config("directory"))


def _bring_reference_rows_back(**_: object) -> None:
    """Django tells `post_migrate` after it flushed the tables of a test that commits."""
    with connection.cursor() as cursor:
        for table in REFERENCE_TABLES:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM kept.{table} ON CONFLICT DO NOTHING")


@pytest.fixture
def valkey():
    """A client on this worker's Valkey database, emptied first."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        empty(client)
        yield client


pytest_plugins = ["tests.live", "tests.chromium"]
