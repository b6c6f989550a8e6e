"""The test's own Valkey database, emptied without taking the workers' queues away."""

import redis
from django.conf import settings


def empty(client: redis.Redis) -> None:
    """Remove all but Celery's bindings: whoever declared a queue, a live worker or this process, does so only once."""
    if names := [name for name in client.scan_iter(count=1000) if not name.startswith(b"_kombu.binding.")]:
        client.delete(*names)


def empty_store() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        empty(client)
