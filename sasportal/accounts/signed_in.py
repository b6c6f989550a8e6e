"""Sessions of one person: how each was opened, and ending them from elsewhere."""

from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from sasportal.accounts.models import PscSession, User

PSC_BACKEND = "sasportal.accounts.psc.ProSanteConnectBackend"
SECOND_FACTOR_SET = "sas_second_factor_set"  # the factor was set up, hence proven, in this very session
JUST_NOW_SECONDS = 300
PSC_ID_TOKEN = "oidc_id_token"  # noqa: S105 - name of a session key


def by_psc(request: HttpRequest) -> bool:
    return bool(request.session.get(BACKEND_SESSION_KEY) == PSC_BACKEND)


def by_second_factor(request: HttpRequest) -> bool:
    """Tell whether this very session proved a second factor (another session's proof is not ours)."""
    if request.session.get(SECOND_FACTOR_SET):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def by_franceconnect(request: HttpRequest) -> bool:
    return any(
        record.get("provider") == "franceconnect" for record in get_authentication_records(request, request.user)
    )


def strongly(request: HttpRequest) -> bool:
    return by_psc(request) or by_second_factor(request) or by_franceconnect(request)


def just_now(request: HttpRequest) -> bool:
    """Tell whether the person proved who they are in this session within the last five minutes."""
    since = timezone.now().timestamp() - JUST_NOW_SECONDS
    return any(record.get("at", 0) >= since for record in get_authentication_records(request, request.user))


def call_hooks(user: User, *, way: str) -> None:
    """Let the other apps know who signs in, and how ("psc" or "local")."""
    for hook in settings.SIGN_IN_HOOKS[way]:
        import_string(hook)(user)


def remember_psc_session(*, request: HttpRequest, user: User, sid: str, subject: str, id_token: str) -> None:
    """Tie the local session to the one at Pro Santé Connect, for logout in either direction."""
    now = timezone.now()
    request.session[PSC_ID_TOKEN] = id_token
    PscSession.objects.filter(created_at__lt=now - timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)).delete()
    PscSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={"sid": sid, "subject": subject, "user": user, "created_at": now},
    )
    UserSession.objects.create_from_request(request)


def end_sessions(user: User) -> None:
    """Close every session of this person, everywhere."""
    keys = {session.session_key for session in UserSession.objects.filter(user=user)}
    keys |= {session.session_key for session in PscSession.objects.filter(user=user)}
    end_session_keys(keys)


def end_session_keys(keys: Iterable[str]) -> None:
    keys = list(keys)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store().delete(key)
    PscSession.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
