"""Is this process able to serve? Asked by load balancers and by `make run`."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from sasportal.celery import app


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database is there and migrated and Valkey answers; else 503 and what is missing."""
    checks = {"database": database_ready(), "valkey": _valkey_ready()}
    if "worker" in request.GET:
        checks["worker"] = bool(app.control.broadcast("ping", reply=True, timeout=1, limit=1))
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def database_ready() -> bool:
    """Whether the database answers and every migration is applied."""
    try:
        return _migrated() if not _migrated_before else _answers()
    except DatabaseError:
        return False


# Migrations only ever go forward while a process lives: read the plan until it is empty, then no more.
_migrated_before: list[bool] = []


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    _migrated_before.append(True)
    return True


def _answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _valkey_ready() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
