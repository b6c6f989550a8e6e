"""The FHIR server of an editor: `GET Slot`, `GET Schedule` (SOS), `GET metadata` (accounts: account_views)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from sasportal.sandbox.editors.config import Kind
from sasportal.sandbox.editors.editor import Editor, editor_of, now
from sasportal.sandbox.editors.faults import Switches
from sasportal.sandbox.editors.queries import PAGE, Query, QueryRefused, read_query, read_sos_query
from sasportal.sandbox.editors.resources import bundle, operation_outcome
from sasportal.sandbox.editors.sos_resources import sos_bundle

FHIR_JSON = "application/fhir+json"
LONGEST_PAGE = 1000
# The editor that knows half also pages, always in few pages
PAGE_OF_PARTIAL = 60
MOST_PAGES = 4
ACCOUNTS = {
    "type": "Practitioner",
    "interaction": [{"code": "create"}, {"code": "update"}],
    "updateCreate": True,
    "conditionalUpdate": True,
}


async def search_slots(request: web.Request) -> web.Response:
    """Answer INT_R01 and INT_R04, or fail as switched."""
    if editor_of(request).config.kind is Kind.SOS:
        return await unknown(request)
    return await _search(request, read_query)


async def search_schedules(request: web.Request) -> web.Response:
    """Answer the SOS flow, or fail as switched."""
    if editor_of(request).config.kind is not Kind.SOS:
        return await unknown(request)
    return await _search(request, read_sos_query)


async def _search(request: web.Request, read: Callable[[str], Query]) -> web.Response:
    editor = editor_of(request)
    faulty = await editor.switches.before_answer()
    if faulty is not None:
        return faulty
    await asyncio.sleep(editor.config.delay)
    try:
        query = read(request.query_string)
    except QueryRefused as refused:
        return _fhir(operation_outcome("error", "invalid", f"{refused.parameter} : {refused.message}"), status=400)
    found = editor.switches.spoilt(answer(editor, query, request.query_string))
    return _fhir(found, switches=editor.switches)


def answer(editor: Editor, query: Query, query_string: str) -> dict[str, Any]:
    """Build the page of the searchset the question asks for; `total` counts every matching slot."""
    if not editor.config.shares_with_communities:
        query = query.without_communities()
    found = editor.agenda.answer(query, now())
    size = _page_size(editor, query, len(found))
    first = (query.page - 1) * size
    base, sos = editor.config.fhir_base, editor.config.kind is Kind.SOS
    address = f"{base}/{'Schedule' if sos else 'Slot'}"
    links = [{"relation": "self", "url": f"{address}?{query_string}"}]
    if first + size < len(found):
        links.append({"relation": "next", "url": f"{address}?{_with_page(query_string, query.page + 1)}"})
    write = sos_bundle if sos else bundle
    return write(found[first : first + size], query, base=base, links=links, total=len(found))


def _page_size(editor: Editor, query: Query, total: int) -> int:
    if query.count:
        return min(query.count, LONGEST_PAGE)
    if editor.config.kind is Kind.PARTIAL:
        return max(PAGE_OF_PARTIAL, -(-total // MOST_PAGES))
    return LONGEST_PAGE


def _with_page(query_string: str, page: int) -> str:
    kept = [(name, value) for name, value in parse_qsl(query_string, keep_blank_values=True) if name != PAGE]
    return urlencode([*kept, (PAGE, str(page))], safe=":|,")


async def capabilities(request: web.Request) -> web.Response:
    editor = editor_of(request)
    includes = ["Slot:schedule", "Schedule:actor"]
    if editor.config.kind is Kind.SOS:
        includes = ["Schedule:actor", "Location:organization"]
    elif editor.config.shares_with_communities:
        includes += ["Slot:service-type-reference", "HealthcareService:organization"]
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now().date().isoformat(),
        "kind": "instance",
        "software": {"name": f"{editor.config.name} (éditeur fictif)"},
        "implementation": {"description": "Bac à sable SAS", "url": editor.config.fhir_base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {
                        "type": "Schedule" if editor.config.kind is Kind.SOS else "Slot",
                        "interaction": [{"code": "search-type"}],
                        "searchInclude": includes,
                    },
                    ACCOUNTS,
                ],
            }
        ],
    }
    return _fhir(statement)


async def unknown(request: web.Request) -> web.Response:
    return _fhir(operation_outcome("error", "not-found", "Cette ressource n’existe pas ici."), status=404)


async def not_allowed(request: web.Request) -> web.Response:
    outcome = operation_outcome("error", "not-supported", "Seule la lecture (GET) est possible ici.")
    response = _fhir(outcome, status=405)
    response.headers["Allow"] = "GET"
    return response


def _fhir(resource: dict[str, Any], *, status: int = 200, switches: Switches | None = None) -> web.Response:
    body = json.dumps(resource, ensure_ascii=False).encode()
    if switches:
        body = switches.after_answer(body)
    return web.Response(body=body, status=status, headers={"Content-Type": f"{FHIR_JSON}; charset=utf-8"})
