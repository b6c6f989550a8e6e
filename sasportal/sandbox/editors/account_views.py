"""`POST Practitioner`, `PUT Practitioner?identifier=` (INT_R02), and the page that lists what is held."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from django.utils.html import format_html, format_html_join

from sasportal.sandbox.editors.account_faults import AccountFault, after_taking, before_taking
from sasportal.sandbox.editors.accounts import SYSTEMS, Account
from sasportal.sandbox.editors.editor import editor_of, now
from sasportal.sandbox.editors.pages import Html
from sasportal.sandbox.editors.writes import FHIR_JSON, WriteRefused, decoded, said

Take = Callable[[Any], tuple[Account, bool]]


async def create(request: web.Request) -> web.Response:
    accounts = editor_of(request).accounts
    return await _take(request, lambda resource: (accounts.create(resource, now()), True))


async def update(request: web.Request) -> web.Response:
    system, bar, value = request.query.get("identifier", "").partition("|")
    if not (system and bar and value):
        return said(400, "required", "Le paramètre identifier=système|valeur est attendu.")
    accounts = editor_of(request).accounts
    return await _take(request, lambda resource: accounts.put((system, value), resource, now()))


async def _take(request: web.Request, take: Take) -> web.Response:
    editor = editor_of(request)
    fault = editor.switches.accounts
    faulty = await before_taking(fault)
    if faulty is not None:
        return faulty
    try:
        if request.content_type not in {FHIR_JSON, "application/json+fhir"}:
            raise WriteRefused(400, "structure", f"{FHIR_JSON} est attendu.")
        resource = decoded(await request.read())
        if fault is AccountFault.REFUSES:
            raise WriteRefused(422, "business-rule", "Ce logiciel n’accepte plus de nouveaux comptes SAS.")
        account, is_new = take(resource)
    except WriteRefused as refused:
        return said(refused.status, refused.code, refused.message)
    after_taking(fault, request)
    location = f"{editor.config.fhir_base}/Practitioner/{account.id}"
    return web.Response(status=201 if is_new else 200, headers={"Location": location})


async def listing(request: web.Request) -> web.Response:
    editor = editor_of(request)
    return editor.show(request, "Comptes des régulateurs du SAS", _table(list(editor.accounts.all.values())))


def _table(accounts: list[Account]) -> Html:
    if not accounts:
        return format_html("<p>{}</p>", "Aucun compte : le portail en crée quand un régulateur se connecte.")
    lines = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td>{}</td><td>{} ({})</td><td>{}</td><td class="nombre">{}</td></tr>',
        (
            (one.name, "actif" if one.active else "désactivé", one.value, SYSTEMS[one.system], one.email, one.version)
            for one in sorted(accounts, key=lambda one: (one.family, one.given))
        ),
    )
    heads = format_html_join("", '<th scope="col">{}</th>', ((h,) for h in HEADS))
    return format_html(
        '<div class="tableau" tabindex="0" role="region" aria-label="Comptes"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        heads,
        lines,
    )


HEADS = ("Régulateur", "État", "Identifiant", "Adresse électronique", "Versions")
