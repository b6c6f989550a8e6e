"""The page of an error nobody foresaw. It must not need what may be broken: no database, no session."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseServerError
from django.template.loader import render_to_string

from sasportal.accounts.sides import frame_of_side


def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Say so in the look of the side it happened on."""
    context = {"SIDE": frame_of_side(request), "DEMO": settings.DEMO}
    return HttpResponseServerError(render_to_string("500.html", context))
