"""Static files under ASGI, without a thread for requests that are not for a static file."""

from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

BLOCK_BYTES = 256 * 1024


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise, answering from the event loop: slots stream past it untouched.

    The library's middleware is synchronous: under ASGI every request would cross a thread twice, and its
    file responses would be read whole into memory before being sent.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(get_response, *args, **kwargs)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._answer(request)
        return super().__call__(request)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(self.static_prefix):
            return await self.get_response(request)
        if self.autorefresh:
            static_file = await sync_to_async(self.find_file, thread_sensitive=False)(request.path_info)
        else:
            static_file = self.files.get(request.path_info)
        if static_file is None:
            return await self.get_response(request)
        response = await sync_to_async(self.serve, thread_sensitive=False)(static_file, request)
        response.streaming_content = in_blocks(response.file_to_stream)
        return response


async def in_blocks(file: Any) -> AsyncIterator[bytes]:
    """Read an open file (None: nothing to send) block by block, in a thread. The response closes it."""
    while file and (block := await sync_to_async(file.read, thread_sensitive=False)(BLOCK_BYTES)):
        yield block
