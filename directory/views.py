"""Suggestions under the two search boxes, as JSON, for regulators."""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from directory import needs, places
from directory.suggestions import Suggestion
from sasportal.accounts.models import Role
from sasportal.accounts.roles import role_required

LONGEST_TEXT = 100


@require_GET
@role_required(Role.REGULATOR)
def suggest_needs(request: HttpRequest) -> JsonResponse:
    return answer(needs.suggest_needs(request.GET.get("q", "")[:LONGEST_TEXT]))


@require_GET
@role_required(Role.REGULATOR)
def suggest_places(request: HttpRequest) -> JsonResponse:
    return answer(places.suggest_places(request.GET.get("q", "")[:LONGEST_TEXT]))


def answer(suggestions: list[Suggestion]) -> JsonResponse:
    response = JsonResponse({"suggestions": [asdict(suggestion) for suggestion in suggestions]})
    response["Cache-Control"] = "private, max-age=60"
    return response
