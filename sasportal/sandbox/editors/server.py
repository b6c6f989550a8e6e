"""All the fake editors in one process, each on its own loopback port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from sasportal.sandbox.editors import (
    account_views,
    booking_views,
    counter_views,
    fhir_views,
    pages,
    patient_views,
    sign_in_views,
)
from sasportal.sandbox.editors.config import read_config
from sasportal.sandbox.editors.editor import EDITOR, Editor, editor_of

LARGEST_FORM = 16 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


async def serve(config: dict[str, Any]) -> None:
    """Serve every editor of the configuration until cancelled."""
    async with running(config):
        await asyncio.Event().wait()


@asynccontextmanager
async def running(config: dict[str, Any]) -> AsyncIterator[tuple[Editor, ...]]:
    """Run the editors as long as the block lasts."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        editors = tuple(Editor.of(one, session) for one in read_config(config))
        deliveries = [asyncio.create_task(editor.delivery.run()) for editor in editors]
        runners = [web.AppRunner(application(editor), access_log=None, shutdown_timeout=1) for editor in editors]
        try:
            for editor, runner in zip(editors, runners, strict=True):
                await runner.setup()
                await web.TCPSite(runner, "127.0.0.1", editor.config.port).start()
            yield editors
        finally:
            for editor in editors:
                editor.switches.release()
            for task in deliveries:
                task.cancel()
            await asyncio.gather(*deliveries, return_exceptions=True)
            await asyncio.gather(*(runner.cleanup() for runner in runners))


def application(editor: Editor) -> web.Application:
    app = web.Application(middlewares=[own_forms_only, plain_errors], client_max_size=LARGEST_FORM)
    app[EDITOR] = editor
    app.on_response_prepare.append(_add_headers)
    app.add_routes(
        [
            web.get("/", counter_views.home),
            web.get("/style.css", counter_views.style),
            web.get("/praticiens/{person}", counter_views.person_agenda),
            web.post("/praticiens/{person}/bloquer", counter_views.block),
            web.get("/interrupteurs", counter_views.switchboard),
            web.post("/interrupteurs", counter_views.switch),
            web.get("/rdv/{person}/{opening}", booking_views.booking_page),
            web.post("/rdv/{person}/{opening}", booking_views.confirm),
            web.get("/mes-rendez-vous", booking_views.my_bookings),
            web.post("/mes-rendez-vous/{booking}", booking_views.change),
            web.get("/connexion/retour", sign_in_views.come_back),
            web.post("/deconnexion", sign_in_views.sign_out),
            web.get("/fhir/Slot", fhir_views.search_slots),
            web.get("/fhir/Schedule", fhir_views.search_schedules),
            web.get("/comptes", account_views.listing),
            web.post("/fhir/Practitioner", account_views.create),
            web.put("/fhir/Practitioner", account_views.update),
            web.get("/patients", patient_views.listing),
            web.post("/patients/{booking}", patient_views.change),
            web.post("/fhir/Appointment", patient_views.create),
            web.put("/fhir/Appointment", patient_views.update),
            web.get("/fhir/metadata", fhir_views.capabilities),
            web.get("/fhir/{anything:.*}", fhir_views.unknown),
            web.route("*", "/fhir/{anything:.*}", fhir_views.not_allowed),
        ]
    )
    return app


@web.middleware
async def own_forms_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a form that another site's page sends here."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin not in {None, f"{request.scheme}://{request.host}"}:
        raise web.HTTPForbidden(text="Formulaire envoyé depuis un autre site.")
    return await handler(request)


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Show a page for an address that leads nowhere."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        text = pages.notice("Cette page n’existe pas, ou ce créneau est passé.")
        return editor_of(request).show(request, "Page introuvable", text, status=404)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
