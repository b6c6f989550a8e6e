"""The stream of a patient's search: each answer reaches the page as it lands."""

from functools import partial
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from agenda.forms import CARDS_AT_ONCE, ViewForm
from agenda.patients.limits import may, too_many
from agenda.patients.rendering import update
from agenda.patients.views import search_or_404
from agenda.searches import Search
from agenda.stream import resume_point, streamed


@login_not_required
@require_GET
async def events(request: HttpRequest, search_id: UUID) -> HttpResponseBase:
    """Stream what changes after `Last-Event-ID` (or `apres`) for the first `cartes` cards."""
    view = ViewForm(request.GET)
    search = await sync_to_async(authorised)(request, search_id)
    if isinstance(search, HttpResponse):
        return search
    render = partial(update, shown=view.value("cartes", CARDS_AT_ONCE))
    return streamed(search, after=resume_point(request, view), render=render)


def authorised(request: HttpRequest, search_id: UUID) -> Search | HttpResponse:
    """Count and authorise, then give the database connection back: the stream lasts and needs none."""
    try:
        return search_or_404(request, search_id) if may(request, "follow") else too_many(request)
    finally:
        close_old_connections()
