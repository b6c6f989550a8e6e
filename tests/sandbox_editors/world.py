"""What surrounds the fake editors in these tests: an OpenID provider and a platform, both real servers."""

import asyncio
import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from sasportal.sandbox.editors.editor import Editor
from sasportal.sandbox.editors.server import running

CAMILLE = {
    "sub": "f:1:camille",
    "SubjectNameID": "899700000013",
    "given_name": "Camille",
    "family_name": "RÉGULIER",
}


@dataclass
class Provider:
    """An OpenID provider where somebody is already signed in. Each attribute can be made wrong by a test."""

    url: str = ""
    key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"{self.url}/realm"

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/realm/.well-known/wallet-openid-configuration", self.discovery),
                web.get("/auth", self.authorize),
                web.post("/token", self.token),
                web.get("/userinfo", self.userinfo),
                web.get("/certs", self.certs),
            ]
        )
        return app

    async def discovery(self, request: web.Request) -> web.Response:
        names = {"authorization": "auth", "token": "token", "userinfo": "userinfo"}
        found = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in names.items()}
        return web.json_response(found | {"issuer": self.issuer, "jwks_uri": f"{self.url}/certs"})

    async def authorize(self, request: web.Request) -> web.Response:
        self.requests.append(dict(request.query))
        code = secrets.token_urlsafe()
        self.codes[code] = dict(request.query)
        raise web.HTTPFound(f"{request.query['redirect_uri']}?code={code}&state={request.query['state']}")

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self.codes.pop(str(form["code"]))
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        assert form["client_secret"] == "secret"
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": asked["client_id"], "iat": now, "exp": now + 120, "acr": "eidas1",
                  "sub": CAMILLE["sub"], "nonce": asked["nonce"]} | self.wrong  # fmt: skip
        signed = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return web.json_response({"id_token": signed, "access_token": "access"})

    async def userinfo(self, request: web.Request) -> web.Response:
        return web.json_response(CAMILLE)

    async def certs(self, request: web.Request) -> web.Response:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return web.json_response({"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]})


@dataclass
class Platform:
    """Takes appointments; answers the next statuses of `answers`, then 201 and 200."""

    answers: list[int] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.route("*", "/fhir/Appointment", self.take)])
        return app

    async def take(self, request: web.Request) -> web.Response:
        status = self.answers.pop(0) if self.answers else (201 if request.method == "POST" else 200)
        self.received.append(
            {"method": request.method, "query": dict(request.query), "status": status, "resource": await request.json(),
             "secret": request.headers.get("X-SAS-Editor-Secret"), "type": request.content_type}
        )  # fmt: skip
        return web.json_response({"issue": [{"diagnostics": "refus d’essai"}]}, status=status)

    def wait_for(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.received) == count
        return self.received


@dataclass
class World:
    provider: Provider
    platform: Platform
    editors: dict[str, Editor]

    def url(self, slug: str) -> str:
        return self.editors[slug].config.base


@contextmanager
def world(config: dict[str, Any]) -> Iterator[World]:
    """Run provider, platform and editors on an event loop in a thread; `config` may name the real portal instead."""
    provider, platform = Provider(), Platform()
    ready, stop = threading.Event(), asyncio.Event()
    found: list[World] = []
    loop = asyncio.new_event_loop()

    async def main() -> None:
        runners = [web.AppRunner(one.application()) for one in (provider, platform)]
        urls = []
        for runner in runners:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            urls.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        provider.url = urls[0]
        others = {"psc_issuer": provider.issuer, "portal_url": urls[1]}
        async with running(others | config) as editors:
            slugs = {editor.config.slug: editor for editor in editors}
            found.append(World(provider=provider, platform=platform, editors=slugs))
            ready.set()
            await stop.wait()
        for runner in runners:
            await runner.cleanup()

    def run() -> None:
        try:
            loop.run_until_complete(main())
        except OSError as error:  # a port that was free a moment ago
            failed.append(error)
            ready.set()

    failed: list[OSError] = []
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(30)
    if failed:
        raise failed[0]
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
