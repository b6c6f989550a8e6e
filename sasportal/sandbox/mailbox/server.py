"""The mail server on its loopback port, and the page that shows what it took on another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from sasportal.sandbox.mailbox import pages
from sasportal.sandbox.mailbox.messages import Mail, Mailbox

LARGEST_MAIL = 1024 * 1024
MAILBOX = web.AppKey("mailbox", Mailbox)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


class Taker:
    """Takes whatever comes; an address that starts with "refuse" is refused, to try that too."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("refuse"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        await asyncio.to_thread(self.mailbox.take, content if isinstance(content, bytes) else (content or "").encode())
        return "250 OK"


async def serve(config: dict[str, Any]) -> None:
    """Serve until cancelled. `config`: smtp_port, port (of the page), data (folder)."""
    async with running(config):
        await asyncio.Event().wait()


@asynccontextmanager
async def running(config: dict[str, Any]) -> AsyncIterator[Mailbox]:
    """Run as long as the block lasts."""
    mailbox = Mailbox(Path(config["data"]))
    taker = Taker(mailbox)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(taker, data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True), "127.0.0.1", config["smtp_port"]
    )
    runner = web.AppRunner(application(mailbox), access_log=None, shutdown_timeout=1)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", config["port"]).start()
        yield mailbox
    finally:
        listening.close()
        await runner.cleanup()


def application(mailbox: Mailbox) -> web.Application:
    app = web.Application()
    app[MAILBOX] = mailbox
    app.on_response_prepare.append(_add_headers)
    app.add_routes(
        [
            web.get("/", home),
            web.get("/style.css", style),
            web.get("/messages/{mail}", show),
            web.get("/messages/{mail}/html", show_html),
            web.get("/messages/{mail}/pieces/{number}", attachment),
        ]
    )
    return app


async def home(request: web.Request) -> web.Response:
    return _html(pages.home(await asyncio.to_thread(request.app[MAILBOX].all)))


async def style(request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css")


async def show(request: web.Request) -> web.Response:
    return _html(pages.message(await _mail(request)))


async def show_html(request: web.Request) -> web.Response:
    """The HTML part as it came; the headers keep it from loading or running anything."""
    return _html((await _mail(request)).part("html") or "")


async def attachment(request: web.Request) -> web.Response:
    pieces = (await _mail(request)).attachments
    number = request.match_info["number"]
    if not number.isdecimal() or int(number) >= len(pieces):
        raise web.HTTPNotFound
    return web.Response(
        body=pieces[int(number)][1],
        content_type="application/octet-stream",
        headers={"Content-Disposition": "attachment"},
    )


async def _mail(request: web.Request) -> Mail:
    found = await asyncio.to_thread(request.app[MAILBOX].one, request.match_info["mail"])
    if found is None:
        raise web.HTTPNotFound
    return found


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", charset="utf-8")


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
