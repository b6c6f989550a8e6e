"""The e-mail to whose registration is approved: a channel of the outbox, which makes the link when it sends."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from directory.models import RegistrationRequest
from sasportal.accounts.models import User
from sasportal.outbox.mails import send_mail


def registration_approved(*, request_id: str) -> None:
    """Send the link to a first password, unless the account was suspended or has one already."""
    request = RegistrationRequest.objects.select_related("account", "territory").get(pk=request_id)
    user = request.account
    if user is None or not user.is_active or user.has_usable_password():
        return
    send_mail(
        "registration_approved",
        to=user.email,
        subject="Votre compte du portail SAS",
        name=str(user),
        territory=request.territory,
        link=password_link(user),
        days=settings.PASSWORD_RESET_TIMEOUT // 86_400,
    )


def password_link(user: User) -> str:
    """Return the address where its owner chooses a password; it serves once, for a few days."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.PORTAL_URL}{path}"
