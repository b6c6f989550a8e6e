"""The search over REST: open one, read it, follow it. For regulators, each for his own searches."""

import json
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

from django.db import close_old_connections
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from agenda.api_schemas import EventSerializer, NewSearchSerializer, SearchSerializer
from agenda.opening import WhatUnknown, WhereUnknown, open_from
from agenda.progress import Progress
from agenda.results import as_json, association_json, card_json, editor_json
from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, follow, landed, load_search
from sasportal.accounts.models import User
from sasportal.accounts.permissions import IsRegulator

RETRY_MS = 1000
UNKNOWN = "Cette recherche n'existe pas ou a expiré."


class SearchesView(APIView):
    permission_classes = [IsRegulator]

    @extend_schema(
        operation_id="open_search", request=NewSearchSerializer, responses={201: SearchSerializer},
        summary="Ouvrir une recherche",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Find the practitioners and have their editors asked; slots follow at `GET` or in the events."""
        asked = NewSearchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            search = open_from(asked.as_said(), owner=_owner(request))
        except WhatUnknown as error:
            raise ValidationError({"what": [_unknown("Ce besoin n'est pas reconnu.", error.suggestions)]}) from error
        except WhereUnknown as error:
            raise ValidationError({"where": [_unknown("Ce lieu est introuvable.", error.suggestions)]}) from error
        where = reverse("api:search", args=[search.id], request=request)
        return Response(_whole(search), status=status.HTTP_201_CREATED, headers={"Location": where})


class SearchView(APIView):
    permission_classes = [IsRegulator]

    @extend_schema(operation_id="read_search", responses={200: SearchSerializer}, summary="Lire une recherche")
    def get(self, request: Request, search_id: UUID) -> Response:
        """Everything that landed so far; `complete` says whether more may come."""
        return Response(_whole(_own_search(request, search_id)))


class AnyNegotiation(DefaultContentNegotiation):
    """A browser's EventSource accepts only `text/event-stream`, which no renderer makes."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class EventsView(APIView):
    permission_classes = [IsRegulator]
    content_negotiation_class = AnyNegotiation

    @extend_schema(
        operation_id="follow_search",
        parameters=[OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER, description="Reprendre après.")],
        responses={(200, "text/event-stream"): OpenApiResponse(EventSerializer, description="Événements SSE.")},
        summary="Suivre une recherche",
    )
    def get(self, request: Request, search_id: UUID) -> StreamingHttpResponse:
        """Server-sent events, one as each editor answers; the last one is named `done`."""
        search = _own_search(request, search_id)
        after = _event_id(request.headers.get("Last-Event-ID", ""))
        close_old_connections()  # the stream lasts and needs no row
        return StreamingHttpResponse(
            _events(search, after),
            content_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )


async def _events(search: Search, after: str) -> AsyncIterator[str]:
    progress = Progress(search, now=timezone.now())
    yield f"retry: {RETRY_MS}\n\n"
    async for one in follow(search):
        if one is None:
            yield ": en attente\n\n"
            continue
        changed = progress.take(one)
        if _order(one.event_id) <= _order(after) and not one.complete:
            continue  # already sent before the connection was cut
        data = {
            "complete": progress.done,
            "editors": [editor_json(editor) for editor in progress.editors],
            "cards": [card_json(card, search.viewer) for card in progress.cards_of(changed)],
            "associations": [association_json(card, search.viewer) for card in progress.associations_of(changed)],
        }
        name = "done" if one.complete else "report"
        yield f"id: {one.event_id}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _whole(search: Search) -> dict[str, Any]:
    progress = Progress(search, now=timezone.now())
    for one in landed(search):
        progress.take(one)
    return {"id": str(search.id), "complete": progress.done, **as_json(progress)}


def _own_search(request: Request, search_id: UUID) -> Search:
    try:
        return load_search(search_id, owner=_owner(request))
    except SearchExpired as error:
        raise NotFound(UNKNOWN) from error
    except SearchOfSomebodyElse as error:
        raise PermissionDenied("Cette recherche n'est pas la vôtre.") from error


def _owner(request: Request) -> str:
    return str(cast(User, request.user).technical_id)


def _unknown(message: str, suggestions: list[str]) -> str:
    return f"{message} Vouliez-vous dire : {', '.join(suggestions)} ?" if suggestions else message


def _event_id(text: str) -> str:
    milliseconds, _, number = text.partition("-")
    return text if milliseconds.isdigit() and number.isdigit() and len(text) < 40 else "0-0"


def _order(event_id: str) -> tuple[int, int]:
    milliseconds, _, number = event_id.partition("-")
    return int(milliseconds), int(number or 0)
