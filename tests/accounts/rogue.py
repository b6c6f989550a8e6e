"""A provider that misbehaves on demand, over real HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

CLIENT_ID = "sas-portal"
SUBJECT = "f:550dc1c8:899700000013"
NATIONAL_ID = "899700000013"
Answer = tuple[int, str, bytes]


@dataclass(kw_only=True)
class Key:
    kid: str
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def public(self) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return jwk | {"kid": self.kid, "use": "sig", "alg": "RS256"}


FIRST_KEY, SECOND_KEY = Key(kid="first"), Key(kid="second")


def as_json(body: Any, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(body).encode()


@dataclass(kw_only=True)
class Rogue:
    """Honest unless told otherwise: change `claims`, `sign`, `token_answer`… then sign in."""

    issuer: str
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    userinfo: dict[str, Any] = field(default_factory=dict)
    published: list[Key] = field(default_factory=lambda: [FIRST_KEY])
    sign: Callable[[dict[str, Any]], str] = field(default=lambda claims: signed(claims))
    token_answer: Callable[[], Answer] | None = None
    userinfo_answer: Callable[[], Answer] | None = None
    keys_answer: Callable[[], Answer] | None = None
    seen: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    def answer(self, path: str) -> Answer:
        name = urlsplit(path).path.rsplit("/", 1)[-1]
        self.seen.append(name)
        special = {"token": self.token_answer, "userinfo": self.userinfo_answer, "certs": self.keys_answer}[name]
        if special:
            return special()
        return as_json({"token": self._tokens, "userinfo": self._userinfo, "certs": self._keys}[name]())

    def _keys(self) -> dict[str, Any]:
        return {"keys": [key.public() for key in self.published]}

    def _tokens(self) -> dict[str, Any]:
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.sign(self.id_claims())}

    def _userinfo(self) -> dict[str, Any]:
        return {"sub": SUBJECT, "SubjectNameID": NATIONAL_ID, "given_name": "Camille"} | self.userinfo

    def id_claims(self) -> dict[str, Any]:
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "exp": now + 120,
            "iat": now,
            "nonce": self.nonce,
            "acr": "eidas1",
            "sub": SUBJECT,
            "sid": "session-1",
            "preferred_username": NATIONAL_ID,
        }
        return {name: value for name, value in (honest | self.claims).items() if name not in self.without}


def signed(claims: dict[str, Any], key: Key = FIRST_KEY, **header: Any) -> str:
    return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.kid} | header)


@contextmanager
def running() -> Iterator[Rogue]:
    rogue = Rogue(issuer="")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(rogue.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            rogue.forms.append({name: values[0] for name, values in parse_qs(body).items()})
            self._send(rogue.answer(self.path))

        def _send(self, answer: Answer) -> None:
            status, media_type, body = answer
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", body.decode())
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        rogue.issuer = f"http://127.0.0.1:{server.server_port}/auth/realms/esante-wallet"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield rogue
        finally:
            server.shutdown()
            thread.join()


def sign_in(client: Client, rogue: Rogue):
    """Leave for the provider and come back with a code, as a browser would."""
    start = parse_qs(urlsplit(client.get("/connexion/psc/")["Location"]).query)
    rogue.nonce = rogue.nonce or start["nonce"][0]
    return client.get("/connexion/psc/retour/", {"code": "abc", "state": start["state"][0]})
