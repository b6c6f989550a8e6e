"""E-mails to the owners of accounts: channels of the outbox, which read what they need when they send."""

from typing import Any

from sasportal.accounts.inactivity import LAST_ACTIVITY, suspension_due, warned_since
from sasportal.accounts.models import User
from sasportal.outbox.mails import send_mail


def inactivity_warning(*, user_id: int) -> None:
    """Say that the account will be suspended, unless its owner came back meanwhile."""
    user = _inactive(user_id)
    if user.is_active and warned_since(user, user.last_activity):
        send_mail(
            "inactivity_warning",
            to=user.email,
            subject="Votre compte va être suspendu",
            due=suspension_due(user.last_activity),
        )


def inactivity_suspension(*, user_id: int) -> None:
    """Say that the account is suspended and how to have it reopened, unless it was."""
    user = _inactive(user_id)
    if not user.is_active:
        send_mail("inactivity_suspension", to=user.email, subject="Votre compte est suspendu")


def _inactive(user_id: int) -> Any:
    return User.objects.annotate(last_activity=LAST_ACTIVITY).get(pk=user_id)
