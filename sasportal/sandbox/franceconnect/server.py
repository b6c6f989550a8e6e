"""The addresses of FranceConnect v2 (`/api/v2/…`) and its page, on a loopback port."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from aiohttp import web

from sasportal.sandbox.franceconnect import pages
from sasportal.sandbox.franceconnect.persons import PERSONS, Person
from sasportal.sandbox.franceconnect.requests import Asked, RequestRefused, read
from sasportal.sandbox.franceconnect.signing import Key

CODE_SECONDS = 60
TOKEN_SECONDS = 60
KEPT = 1000  # requests and codes, the oldest forgotten first
STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, kw_only=True)
class Given:
    """A person chosen for a request: behind a code, then behind an access token."""

    asked: Asked
    person: Person
    until: float


@dataclass(kw_only=True)
class Service:
    origin: str
    clients: dict[str, dict[str, Any]]
    key: Key
    waiting: dict[str, Asked] = field(default_factory=dict)
    codes: dict[str, Given] = field(default_factory=dict)
    tokens: dict[str, Given] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"{self.origin}/api/v2"


SERVICE = web.AppKey("service", Service)


async def serve(config: dict[str, Any]) -> None:
    """Serve until cancelled. `config`: port, data (folder), clients (list of services)."""
    async with running(config):
        await asyncio.Event().wait()


@asynccontextmanager
async def running(config: dict[str, Any]) -> AsyncIterator[Service]:
    """Run as long as the block lasts."""
    service = Service(
        origin=f"http://127.0.0.1:{config['port']}",
        clients={client["client_id"]: client for client in config["clients"]},
        key=Key.kept_in(Path(config["data"])),
    )
    runner = web.AppRunner(application(service), access_log=None, shutdown_timeout=1)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", config["port"]).start()
        yield service
    finally:
        await runner.cleanup()


def application(service: Service) -> web.Application:
    app = web.Application(client_max_size=16 * 1024)
    app[SERVICE] = service
    app.on_response_prepare.append(_add_headers)
    app.add_routes(
        [
            web.get("/", home),
            web.get("/style.css", style),
            web.get("/choisir", choose),
            web.get("/annuler", cancel),
            web.get("/api/v2/.well-known/openid-configuration", discovery),
            web.get("/api/v2/authorize", authorize),
            web.post("/api/v2/token", token),
            web.get("/api/v2/userinfo", userinfo),
            web.get("/api/v2/jwks", keys),
            web.get("/api/v2/session/end", end_session),
        ]
    )
    return app


async def home(request: web.Request) -> web.Response:
    return _html(pages.home(PERSONS.values()))


async def style(request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css")


async def authorize(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    try:
        asked = read(request.query, service.clients)
    except RequestRefused as error:
        return _html(pages.fault(str(error)), status=400)
    return _html(pages.pick(PERSONS.values(), _keep(service.waiting, asked)))


async def choose(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    asked = service.waiting.pop(request.query.get("demande", ""), None)
    person = PERSONS.get(request.query.get("personne", ""))
    if asked is None or person is None:
        return _html(pages.fault("Cette demande n’est plus valable."), status=400)
    code = _keep(service.codes, Given(asked=asked, person=person, until=time.time() + CODE_SECONDS))
    raise web.HTTPFound(asked.answer(code=code))


async def cancel(request: web.Request) -> web.Response:
    asked = request.app[SERVICE].waiting.pop(request.query.get("demande", ""), None)
    if asked is None:
        return _html(pages.fault("Cette demande n’est plus valable."), status=400)
    raise web.HTTPFound(asked.answer(error="access_denied", error_description="Annulé"))


async def token(request: web.Request) -> web.Response:
    """Exchange a code, once; the client proves itself in the form (`client_secret_post`) and no other way."""
    service, form = request.app[SERVICE], await request.post()
    client = service.clients.get(str(form.get("client_id", "")))
    if client is None or not secrets.compare_digest(str(form.get("client_secret", "")), client["client_secret"]):
        return web.json_response({"error": "invalid_client"}, status=401)
    given = service.codes.pop(str(form.get("code", "")), None)
    right = given and (given.asked.client_id, given.asked.redirect_uri) == (
        client["client_id"], form.get("redirect_uri"),
    )  # fmt: skip
    if given is None or not right or given.until < time.time() or form.get("grant_type") != "authorization_code":
        return web.json_response({"error": "invalid_grant"}, status=400)
    access = _keep(service.tokens, Given(asked=given.asked, person=given.person, until=time.time() + TOKEN_SECONDS))
    answer = {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
    return web.json_response(answer | {"id_token": service.key.sign(_about(service, given, proof=True))})


async def userinfo(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    given = service.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if given is None or given.until < time.time():
        return web.json_response({"error": "invalid_token"}, status=401)
    claims = _about(service, given, proof=False)
    if "email" in given.asked.scope and given.person.email:
        claims["email"] = given.person.email
    if "given_name" in given.asked.scope or "identite_pivot" in given.asked.scope:
        claims |= {"given_name": given.person.given_name, "family_name": given.person.family_name}
    if "birthdate" in given.asked.scope or "identite_pivot" in given.asked.scope:
        claims["birthdate"] = given.person.birthdate
    return web.Response(body=service.key.sign(claims).encode(), content_type="application/jwt")


async def keys(request: web.Request) -> web.Response:
    return web.json_response(request.app[SERVICE].key.published())


async def end_session(request: web.Request) -> web.Response:
    """Leave, at the request of a service that shows a token of ours."""
    service = request.app[SERVICE]
    try:
        claims = service.key.read(request.query.get("id_token_hint", ""))
    except jwt.PyJWTError:
        return _html(pages.fault("id_token_hint refusé"), status=400)
    address = request.query.get("post_logout_redirect_uri", "")
    if address not in service.clients[claims["aud"]]["post_logout_redirect_uris"]:
        return _html(pages.fault("post_logout_redirect_uri non déclarée"), status=400)
    raise web.HTTPFound(f"{address}?{urlencode({'state': request.query.get('state', '')})}")


async def discovery(request: web.Request) -> web.Response:
    issuer = request.app[SERVICE].issuer
    return web.json_response(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/session/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "userinfo_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "acr_values_supported": ["eidas1"],
        }
    )


def _about(service: Service, given: Given, *, proof: bool) -> dict[str, Any]:
    """Return the claims of every token; `proof` adds those of an ID token."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": service.issuer,
        "aud": given.asked.client_id,
        "sub": given.person.pivot(given.asked.client_id),
    }
    if proof:
        claims |= {"exp": now + 60, "iat": now, "nonce": given.asked.nonce, "acr": given.asked.acr, "amr": ["pwd"]}
    return claims


def _keep(store: dict[str, Any], thing: Any) -> str:
    """Keep it under a new random name, and forget the oldest when there are many."""
    name = secrets.token_urlsafe(32)
    store[name] = thing
    while len(store) > KEPT:
        del store[next(iter(store))]
    return name


def _html(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
