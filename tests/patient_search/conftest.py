import asyncio
from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client

from agenda.loops import stop_editor_loop
from tests.agenda.editors import TestEditor


@pytest.fixture
def visitor(db: None, valkey) -> Client:
    """Somebody with a browser and no account."""
    return Client()


@pytest.fixture
def async_visitor(valkey) -> Iterator[AsyncClient]:
    yield AsyncClient()
    # Views run their database part in a thread of its own, which keeps a connection.
    asyncio.run(sync_to_async(connections.close_all)())


@pytest.fixture
def alpha() -> Iterator[TestEditor]:
    with TestEditor() as editor:
        yield editor
    stop_editor_loop()
