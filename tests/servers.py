"""Pytest plugin (loaded first, see pyproject.toml): private PostgreSQL and Valkey for the run.

Real servers are used when DATABASE_URL and REDIS_URL are set. Each xdist worker gets its own
test database (pytest-django) and its own Redis database number.
"""

import os
import re

import pytest

os.environ["SAS_ENV"] = "test"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sasportal.settings")
# The browser driver keeps an event loop in the test's thread; the database calls beside it are ours.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

_to_stop: list = []


def _start_servers() -> None:
    from sasportal.embedded import temporary_servers

    postgres, valkey, home = temporary_servers()
    _to_stop.append(home)
    for name, server in (("DATABASE_URL", postgres), ("REDIS_URL", valkey)):
        if name not in os.environ:
            server.start()
            os.environ[name] = server.url
            _to_stop.insert(0, server)


def _use_own_redis_database(worker: str) -> None:
    number = int(worker.removeprefix("gw")) + 1
    url = os.environ["REDIS_URL"]
    if url.startswith("unix://"):
        os.environ["REDIS_URL"] = re.sub(r"\?db=\d+$", "", url) + f"?db={number}"
    else:
        os.environ["REDIS_URL"] = re.sub(r"/\d*$", "", url.removesuffix("/")) + f"/{number}"


if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    _use_own_redis_database(worker)
else:
    _start_servers()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    while _to_stop:
        thing = _to_stop.pop(0)
        (thing.stop if hasattr(thing, "stop") else thing.cleanup)()
