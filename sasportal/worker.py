"""A worker takes jobs only once the schema it was written for is there."""

import time
from typing import Any

from celery.signals import celeryd_init
from django.db import DatabaseError, connection

from sasportal.health import database_ready

PATIENCE_SECONDS = 300


@celeryd_init.connect
def wait_for_schema(**_: Any) -> None:
    """Wait until the migrations are applied (another process applies them); give up after five minutes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not database_ready():
        if time.monotonic() > deadline:
            raise DatabaseError("The migrations are not applied: the worker does not start.")
        time.sleep(0.1)
    # The beat process is forked from this one: it must not inherit a pool whose threads stay behind.
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
