"""What a patient takes away or has erased: each app says and erases its own part.

`settings.PATIENT_EXPORTERS` and `settings.PATIENT_ERASERS` name functions by dotted path, called with
`user=` in the order they are listed. An exporter returns sections of the export by name; an eraser removes
what its app holds of the person, in the transaction of the erasure, before the account itself goes.
"""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from sasportal.accounts import signed_in
from sasportal.accounts.models import User
from sasportal.accounts.patients import history
from sasportal.audit import trail


def export(*, user: User, now: datetime, origin: str = "") -> dict[str, Any]:
    """Return everything the portal holds of this patient, by section, and leave a trace of it."""
    sections: dict[str, Any] = {"produit_le": now.isoformat()} | account_exported(user)
    for path in settings.PATIENT_EXPORTERS:
        sections |= import_string(path)(user=user)
    trail.record(actor=user, action="data_exported", origin=origin)
    return sections


@transaction.atomic
def erase(*, user: User, origin: str = "") -> None:
    """Erase this patient everywhere, close every session; what stays is the trail, which names nobody."""
    user = User.objects.select_for_update().get(pk=user.pk)
    technical_id = str(user.technical_id)
    for path in settings.PATIENT_ERASERS:
        import_string(path)(user=user)
    signed_in.end_sessions(user)
    user.delete()
    trail.record(actor=technical_id, action="account_erased", target=technical_id, origin=origin)


def account_exported(user: User) -> dict[str, Any]:
    """Return what accounts themselves hold."""
    return {
        "compte": {
            "identifiant": str(user.technical_id),
            "adresse_electronique": user.email,
            "adresse_confirmee": EmailAddress.objects.filter(user=user, verified=True).exists(),
            "cree_le": user.date_joined.isoformat(),
            "derniere_connexion": user.last_login.isoformat() if user.last_login else None,
            "franceconnect": list(SocialAccount.objects.filter(user=user).values_list("uid", flat=True)),
            "seconds_facteurs": list(Authenticator.objects.filter(user=user).values_list("type", flat=True)),
        },
        "appareils": [
            {"depuis": one.created_at.isoformat(), "adresse_ip": one.ip, "navigateur": one.user_agent}
            for one in UserSession.objects.filter(user=user).order_by("created_at")
        ],
        "historique": [
            {"quand": line.at.isoformat(), "quoi": line.what, "depuis": line.origin} for line in history.of(user)
        ],
    }
