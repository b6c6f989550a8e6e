"""Who is signed in at an editor, in memory: one cookie per editor, because ports share cookies."""

import secrets
from dataclasses import dataclass, field

from aiohttp import web

from sasportal.sandbox.editors.sign_in import Attempt, Professional

MOST_SESSIONS = 500


@dataclass(kw_only=True)
class Session:
    """One browser at one editor. `attempts` are sign-ins on their way, by state."""

    key: str
    professional: Professional | None = None
    attempts: dict[str, Attempt] = field(default_factory=dict)


@dataclass(kw_only=True)
class Sessions:
    slug: str
    _open: dict[str, Session] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        return f"editeur_{self.slug}"

    def of(self, request: web.Request) -> Session | None:
        return self._open.get(request.cookies.get(self.cookie, ""))

    def professional(self, request: web.Request) -> Professional | None:
        session = self.of(request)
        return session.professional if session else None

    def start(self, response: web.StreamResponse) -> Session:
        """Open a session, forgetting the oldest beyond the limit."""
        while len(self._open) >= MOST_SESSIONS:
            self._open.pop(next(iter(self._open)))
        session = Session(key=secrets.token_urlsafe(32))
        self._open[session.key] = session
        response.set_cookie(self.cookie, session.key, httponly=True, samesite="Lax", path="/")
        return session

    def end(self, request: web.Request) -> None:
        self._open.pop(request.cookies.get(self.cookie, ""), None)
