from collections.abc import Iterator

import pytest

from tests.sandbox_psc import provider as sandbox


@pytest.fixture(scope="session")
def sandbox_provider() -> Iterator[sandbox.Provider]:
    with sandbox.running() as started:
        yield started


def point_portal_at(settings, *, issuer: str, authorization: str) -> None:
    protocol = f"{issuer}/protocol/openid-connect"
    settings.PSC_ISSUER = issuer
    settings.OIDC_RP_CLIENT_ID = sandbox.PORTAL["client_id"]
    settings.OIDC_RP_CLIENT_SECRET = sandbox.PORTAL["client_secret"]
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = authorization
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{protocol}/token"
    settings.OIDC_OP_USER_ENDPOINT = f"{protocol}/userinfo"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{protocol}/certs"
    settings.PSC_LOGOUT_ENDPOINT = f"{protocol}/logout"


@pytest.fixture
def provider(sandbox_provider: sandbox.Provider, settings) -> sandbox.Provider:
    """The sandbox provider, with the portal's settings pointing at it."""
    point_portal_at(settings, issuer=sandbox_provider.issuer, authorization=f"{sandbox_provider.origin}/auth")
    return sandbox_provider
