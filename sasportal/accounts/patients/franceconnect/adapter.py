"""Rules of accounts opened through FranceConnect that differ from the library's."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.utils.crypto import get_random_string

STATE_LENGTH = 32  # FranceConnect wants 22 characters at least


class FranceConnectAccountAdapter(DefaultSocialAccountAdapter):
    def generate_state_param(self, state: dict[str, Any]) -> str:
        return get_random_string(STATE_LENGTH)

    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """One service, in the settings: what somebody would write in the library's table counts for nothing."""
        app = SocialApp(
            provider="franceconnect",
            name="FranceConnect",
            client_id=settings.FRANCECONNECT_CLIENT_ID,
            secret=settings.FRANCECONNECT_CLIENT_SECRET,
        )
        return [app] if settings.FRANCECONNECT_ISSUER else []

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Never: an address proves nothing about who holds the account."""
        return False
