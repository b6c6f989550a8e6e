"""Whose search is it, on the patients' side, where nobody has to sign in?"""

import secrets

from django.http import HttpRequest

OWNER = "patient_search_owner"
# No technical id of an account starts so: a search of one side never opens on the other
PREFIX = "patient:"


def owner_of(request: HttpRequest) -> str:
    """Return the owner key of this browser's searches, made up at the first one.

    It says nothing of the person, lives in the session, outlives signing in, and goes when somebody signs out.
    """
    if not request.session.get(OWNER):
        request.session[OWNER] = secrets.token_urlsafe(16)
    return PREFIX + str(request.session[OWNER])


def known_owner(request: HttpRequest) -> str:
    """The same, empty for a browser that has not searched."""
    key = request.session.get(OWNER)
    return f"{PREFIX}{key}" if key else ""
