"""Server-sent events: each answer of an editor reaches the page as it lands (measurements.md)."""

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from agenda.board import START, Board, event_order
from agenda.forms import CARDS_AT_ONCE, ViewForm
from agenda.rendering import update
from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, follow, landed, load_search
from agenda.views import FOLLOWERS, may_choose
from sasportal.accounts.models import User
from sasportal.accounts.roles import has_role

# From a board and whose cards changed to what the page has to replace
Render = Callable[[Board, frozenset[str]], dict[str, Any]]
RETRY_MS = 1000
PING = ": en attente\n\n"


@require_GET
async def events(request: HttpRequest, search_id: UUID) -> HttpResponseBase:
    """Stream what changes after `Last-Event-ID` (or `apres`) for the first `cartes` cards."""
    view = ViewForm(request.GET)
    search, can_choose = await sync_to_async(authorised)(request, search_id)
    after = resume_point(request, view)
    return streamed(
        search, after=after, render=partial(update, shown=view.value("cartes", CARDS_AT_ONCE), can_choose=can_choose)
    )


def streamed(search: Search, *, after: str, render: Render) -> HttpResponseBase:
    """Stream what changes, in the fragments of whoever looks."""
    stream = StreamingHttpResponse(written(search, after=after, render=render), content_type="text/event-stream")
    stream["Cache-Control"] = "no-cache"
    stream["X-Accel-Buffering"] = "no"
    return stream


def authorised(request: HttpRequest, search_id: UUID) -> tuple[Search, bool]:
    """Load and authorise, then give the database connection back: the stream lasts and needs none."""
    if not has_role(request.user, *FOLLOWERS) or not isinstance(request.user, User):
        raise PermissionDenied
    try:
        search = load_search(search_id, owner=str(request.user.technical_id))
    except SearchExpired:
        raise Http404 from None
    except SearchOfSomebodyElse:
        raise PermissionDenied from None
    can_choose = may_choose(request.user, search)
    close_old_connections()
    return search, can_choose


def resume_point(request: HttpRequest, view: ViewForm) -> str:
    """The browser's own header wins: it is newer than the address it reconnects to."""
    said = ViewForm({"apres": request.headers.get("Last-Event-ID", "")}).value("apres", "")
    return said or view.value("apres", START)


async def written(search: Search, *, after: str, render: Render) -> AsyncIterator[str]:
    board = Board(search, now=timezone.now())
    past = await sync_to_async(landed)(search)
    board.take(event for event in past if event_order(event.event_id) <= event_order(after))
    missed = [event for event in past if event_order(event.event_id) > event_order(after)]
    yield f"retry: {RETRY_MS}\n\n"
    if missed:
        changed = board.take(missed)
        yield message(board.last_event, render(board, changed))
    if not board.done:
        async for event in follow(search, board.last_event):
            if event is None:
                yield PING
                continue
            changed = board.take([event])
            yield message(board.last_event, render(board, changed))
    yield message(board.last_event, {}, name="done")


def message(event_id: str, data: dict[str, Any], *, name: str = "message") -> str:
    """One event; JSON keeps its data on one line."""
    return f"id: {event_id}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
