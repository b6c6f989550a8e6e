import asyncio
from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client

from sasportal.accounts.models import Role, User
from tests.accounts.people import PSC, professional, signed_in_by_psc


@pytest.fixture
def regulator(db: None) -> User:
    return professional("899700000013", Role.REGULATOR)


@pytest.fixture
def client_of_regulator(regulator: User, valkey) -> Client:
    return signed_in_by_psc(regulator)


@pytest.fixture
def async_client_of_regulator(regulator: User, valkey) -> Iterator[AsyncClient]:
    client = AsyncClient()
    client.force_login(regulator, backend=PSC)
    yield client
    # Views run their database part in a thread of its own, which keeps a connection.
    asyncio.run(sync_to_async(connections.close_all)())
