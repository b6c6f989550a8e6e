"""Writing down, at each start, the clients and the identities the provider knows."""

from typing import Any

from allauth.idp.oidc.models import Client
from django.contrib.auth import get_user_model

from sasportal.sandbox.psc.identities import identities

GRANTS = "authorization_code\nrefresh_token"
SCOPES = "openid\nscope_all"


def register(clients: list[dict[str, Any]]) -> None:
    """Make the database hold exactly these clients, trusted (no consent page), and all identities."""
    Client.objects.exclude(id__in=[client["client_id"] for client in clients]).delete()
    for client in clients:
        _register_client(client)
    known = set(get_user_model().objects.values_list("username", flat=True))
    get_user_model().objects.bulk_create(
        get_user_model()(username=national_id, password="!")  # noqa: S106 - no password at all
        for national_id in identities()
        if national_id not in known
    )


def _register_client(client: dict[str, Any]) -> None:
    known = Client.objects.filter(id=client["client_id"]).first()
    row = known or Client(id=client["client_id"])
    row.name = client.get("name", client["client_id"])
    row.set_secret(client["client_secret"])
    row.scopes = row.default_scopes = SCOPES
    row.grant_types = GRANTS
    row.skip_consent = True
    row.set_redirect_uris(client["redirect_uris"])
    row.data = {"client_metadata": {"backchannel_logout_uri": client.get("backchannel_logout_uri", "")}}
    row.set_post_logout_redirect_uris(client.get("post_logout_redirect_uris", []))
    row.save()
