"""One fake editor with all its parts, and how a request finds it."""

from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from aiohttp import web

from sasportal.sandbox.editors.accounts import Accounts
from sasportal.sandbox.editors.agenda import Agenda
from sasportal.sandbox.editors.bookings import Bookings
from sasportal.sandbox.editors.config import EditorConfig
from sasportal.sandbox.editors.delivery import Delivery
from sasportal.sandbox.editors.faults import Switches
from sasportal.sandbox.editors.pages import Html, page
from sasportal.sandbox.editors.sessions import Sessions
from sasportal.sandbox.editors.sign_in import ProSanteConnect


@dataclass(frozen=True, kw_only=True)
class Editor:
    config: EditorConfig
    agenda: Agenda
    bookings: Bookings
    accounts: Accounts
    delivery: Delivery
    sessions: Sessions
    switches: Switches
    psc: ProSanteConnect

    @classmethod
    def of(cls, config: EditorConfig, session: aiohttp.ClientSession) -> "Editor":
        bookings = Bookings.read(config.data / f"{config.slug}.json")
        return cls(
            config=config,
            agenda=Agenda.of(config, bookings),
            bookings=bookings,
            accounts=Accounts.read(config.data / f"{config.slug}-comptes.json"),
            delivery=Delivery(config=config, bookings=bookings, session=session),
            sessions=Sessions(slug=config.slug),
            switches=Switches(),
            psc=ProSanteConnect(config=config, session=session),
        )

    def show(self, request: web.Request, title: str, body: Html, *, status: int = 200) -> web.Response:
        """Answer one page of this editor."""
        professional = self.sessions.professional(request)
        text = page(self.config, title, body, professional=professional, switches=self.switches)
        return web.Response(text=text, status=status, content_type="text/html")


EDITOR = web.AppKey("editor", Editor)


def editor_of(request: web.Request) -> Editor:
    return request.app[EDITOR]


def now() -> datetime:
    return datetime.now(UTC)
