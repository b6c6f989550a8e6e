"""Static files under ASGI: whole, typed, cacheable, and never a synchronous iterator."""

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

pytestmark = pytest.mark.django_db  # ending a request looks after the connection
CSS = "/static/dsfr/dist/dsfr/dsfr.min.css"


def fetched(path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one asynchronous request."""

    async def fetch() -> tuple[int, dict[str, str], bytes]:
        response = await AsyncClient().get(path, headers=headers)
        # The test client empties what has no body by itself
        body = b"".join([block async for block in response.streaming_content]) if response.is_async else b""
        response.close()
        return response.status_code, dict(response.items()), body

    return async_to_sync(fetch)()


def test_a_file_arrives_whole() -> None:
    status, headers, body = fetched(CSS)
    assert (status, headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')
    assert len(body) == int(headers["Content-Length"]) > 100_000


def test_an_unchanged_file_is_not_sent_again() -> None:
    _, headers, _ = fetched(CSS)
    status, _, body = fetched(CSS, **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")


def test_the_synchronous_handler_still_serves(client: Client) -> None:
    response = client.get(CSS)
    assert len(b"".join(response.streaming_content)) > 100_000
    response.close()
