"""FranceConnect for these tests: the sandbox's, on a port of its own, in a thread."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from sasportal.sandbox.franceconnect import running
from tests.live import free_port

CLIENT = {"client_id": "sas-patients", "client_secret": "a-long-secret-of-the-patients-side"}


def point_portal_at(settings, issuer: str, *, client_id: str = CLIENT["client_id"], algorithm: str = "ES256") -> None:
    settings.FRANCECONNECT_ISSUER = issuer
    settings.FRANCECONNECT_CLIENT_ID = client_id
    settings.FRANCECONNECT_CLIENT_SECRET = CLIENT["client_secret"]
    settings.FRANCECONNECT_ALGORITHM = algorithm
    for name, path in {
        "AUTHORIZATION": "authorize", "TOKEN": "token", "USERINFO": "userinfo", "JWKS": "jwks", "LOGOUT": "session/end",
    }.items():  # fmt: skip
        setattr(settings, f"FRANCECONNECT_{name}_ENDPOINT", f"{issuer}/{path}")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory) -> Iterator[str]:
    """The origin of the pretend FranceConnect, which knows a portal at http://testserver."""
    port = free_port()
    client = CLIENT | {
        "redirect_uris": ["http://testserver/patient/franceconnect/retour"],
        "post_logout_redirect_uris": ["http://testserver/patient/au-revoir"],
    }
    config = {"port": port, "data": str(tmp_path_factory.mktemp("franceconnect")), "clients": [client]}
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with running(config):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def franceconnect(sandbox: str, settings) -> str:
    """The sandbox's, with the portal's settings pointing at it."""
    point_portal_at(settings, f"{sandbox}/api/v2")
    return sandbox
