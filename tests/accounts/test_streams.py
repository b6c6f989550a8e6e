"""The rules around an async page that streams, as the search page does."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient
from django.urls import include, path

from sasportal.accounts.middleware import PersonalPagesMiddleware, SessionRulesMiddleware
from tests.accounts.people import PSC, professional

pytestmark = pytest.mark.django_db


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    async def events() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"data: {number}\n\n".encode()
            await asyncio.sleep(0)

    return StreamingHttpResponse(events(), content_type="text/event-stream", headers={"Cache-Control": "no-cache"})


@login_not_required
async def open_stream(request: HttpRequest) -> StreamingHttpResponse:
    return await stream(request)


urlpatterns = [path("flux/", stream), path("flux-ouvert/", open_stream), path("", include("sasportal.urls"))]


@pytest.fixture(autouse=True)
def _stream_address(settings):
    settings.ROOT_URLCONF = __name__


def test_a_stream_goes_through_piece_by_piece():
    async def read() -> tuple[int, str, list[bytes]]:
        client = AsyncClient()
        await client.aforce_login(user, backend=PSC)
        answer = await client.get("/flux/", headers={"Accept": "text/event-stream"})
        return answer.status_code, answer["Cache-Control"], [piece async for piece in answer.streaming_content]

    user = professional()
    assert async_to_sync(read)() == (200, "no-cache", [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"])


def test_a_stream_without_session_is_a_401():
    async def read() -> tuple[int, str]:
        answer = await AsyncClient().get("/flux/", headers={"Accept": "text/event-stream"})
        return answer.status_code, answer["X-SAS-Session"]

    assert async_to_sync(read)() == (401, "expired")


def test_an_open_stream_needs_no_session():
    async def read() -> int:
        return (await AsyncClient().get("/flux-ouvert/")).status_code

    assert async_to_sync(read)() == 200


def test_our_middleware_hands_an_async_handler_on_as_it_is():
    async def handler(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    for middleware in (PersonalPagesMiddleware, SessionRulesMiddleware):
        assert iscoroutinefunction(middleware(handler)) is True
