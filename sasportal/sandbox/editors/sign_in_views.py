"""Signing in and out at an editor."""

from urllib.parse import urlsplit

from aiohttp import web

from sasportal.sandbox.editors import pages
from sasportal.sandbox.editors.editor import editor_of
from sasportal.sandbox.editors.sign_in import SignInFailed, new_attempt

MOST_ATTEMPTS = 20


async def begin(request: web.Request, return_to: str) -> web.Response:
    """Send the browser to Pro Santé Connect, to come back to `return_to` (a path of ours)."""
    editor = editor_of(request)
    attempt = new_attempt(_own_path(return_to))
    try:
        url = await editor.psc.authorization_url(attempt)
    except SignInFailed as failed:
        return editor.show(request, "Connexion impossible", pages.notice(str(failed)), status=503)
    response = _redirect(url)
    session = editor.sessions.of(request) or editor.sessions.start(response)
    while len(session.attempts) >= MOST_ATTEMPTS:
        session.attempts.pop(next(iter(session.attempts)))
    session.attempts[attempt.state] = attempt
    return response


async def come_back(request: web.Request) -> web.Response:
    """Finish the sign-in this browser began, under a new session key."""
    editor = editor_of(request)
    session = editor.sessions.of(request)
    attempt = session.attempts.pop(request.query.get("state", ""), None) if session else None
    if attempt is None or "code" not in request.query:
        text = "Cette connexion a expiré ou a été abandonnée. Revenez au portail SAS et recommencez."
        return editor.show(request, "Connexion interrompue", pages.notice(text), status=400)
    try:
        professional = await editor.psc.identify(request.query["code"], attempt)
    except SignInFailed as failed:
        return editor.show(request, "Connexion refusée", pages.notice(str(failed)), status=403)
    response = _redirect(attempt.return_to)
    editor.sessions.end(request)
    editor.sessions.start(response).professional = professional
    return response


async def sign_out(request: web.Request) -> web.Response:
    editor = editor_of(request)
    editor.sessions.end(request)
    response = _redirect("/")
    response.del_cookie(editor.sessions.cookie)
    return response


def _redirect(url: str) -> web.Response:
    """A plain answer, which can carry cookies, sending the browser elsewhere by GET."""
    return web.Response(status=303, headers={"Location": url})


def _own_path(return_to: str) -> str:
    parts = urlsplit(return_to)
    safe = not parts.scheme and not parts.netloc and return_to.startswith("/") and not return_to.startswith("//")
    return return_to if safe and "\\" not in return_to else "/"
