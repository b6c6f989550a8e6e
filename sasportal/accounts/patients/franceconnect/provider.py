"""FranceConnect as the account library sees it: what is asked, and which account the answer is.

The account is the one of the pivot identity (`sub`, different for each service), never of an e-mail address.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess, ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from sasportal.accounts.models import User
from sasportal.accounts.openid_tokens import TokenRefused
from sasportal.accounts.patients.franceconnect import tokens

NONCE_LENGTH = 32  # FranceConnect wants 22 characters at least
ID_TOKEN = "sas_franceconnect_id_token"  # noqa: S105 - name of a session key
SCOPE = ["openid", "email"]


class FranceConnectAdapter(OAuth2Adapter):
    provider_id = "franceconnect"

    @property
    def authorize_url(self) -> str:
        return str(settings.FRANCECONNECT_AUTHORIZATION_ENDPOINT)

    @property
    def access_token_url(self) -> str:
        return str(settings.FRANCECONNECT_TOKEN_ENDPOINT)

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        return tokens.exchange_code(code=request.GET.get("code", ""), redirect_uri=self.get_callback_url(request, app))

    def parse_token(self, data: dict[str, Any]) -> Any:
        if not isinstance(data.get("access_token"), str):
            raise TokenRefused("access_token")
        return super().parse_token({"access_token": data["access_token"]})

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        """Check every proof of the answer; raises TokenRefused, ProviderUnavailable or ProviderRefused."""
        id_token = kwargs["response"].get("id_token")
        claims = tokens.read_id_token(id_token, nonce=kwargs["nonce"])
        details = tokens.read_userinfo(token.token, subject=claims["sub"])
        return self.get_provider().sociallogin_from_response(request, details)


class FranceConnectProvider(OAuth2Provider):
    id = "franceconnect"
    name = "FranceConnect"
    account_class = ProviderAccount
    oauth2_adapter_class = FranceConnectAdapter

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Ask for what we decided, whatever the address says; of the address, only the page to come back to."""
        asked = super().get_redirect_from_request_kwargs(request)
        return {"next_url": asked.get("next_url"), "process": AuthProcess.LOGIN, "scope": list(SCOPE)}

    def redirect(
        self, request: HttpRequest, process: Any, next_url: Any = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = get_random_string(NONCE_LENGTH)
        auth_params = {"acr_values": "eidas1", "nonce": nonce}
        # The library keeps `nonce` with the state of this very request
        return super().redirect(
            request, process, next_url, data, scope=kwargs["scope"], auth_params=auth_params, nonce=nonce
        )

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing of the person besides the pivot: the library would store every claim."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Propose the address for messages, unless an account has it: that would tell who has one, or mix two up."""
        email = data.get("email")
        if not isinstance(email, str) or _known(email):
            return {}
        return {"email": email}


def _known(email: str) -> bool:
    return (
        User.objects.filter(email__iexact=email).exists() or EmailAddress.objects.filter(email__iexact=email).exists()
    )


provider_classes = [FranceConnectProvider]
