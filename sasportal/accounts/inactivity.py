"""Accounts left alone: warned after eight months without signing in, suspended after nine.

What there is to do is read from the accounts themselves: run twice, or after weeks of silence, the job does
what is missing and no more.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from sasportal.accounts import grants
from sasportal.accounts.models import Role, SuspensionReason, User, UserKind
from sasportal.accounts.roles import in_force
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver

WARNED_AFTER_MONTHS = 8
SUSPENDED_AFTER_MONTHS = 9
CONCERNED = (Role.REGULATOR, Role.ACCOUNT_MANAGER)
# An empty instant counts for nothing: PostgreSQL's greatest() leaves it out
LAST_ACTIVITY = Greatest("last_login", "reopened_at", "date_joined")


class Months(Func):
    """Calendar months, added as `relativedelta` does: a month's last day stands for those it lacks."""

    template = "make_interval(months => %(expressions)s)"
    output_field = DurationField()


def suspend_the_inactive(*, now: datetime) -> None:
    """Suspend those of nine months, warn those of eight who were not warned since."""
    _each(_inactive_for(SUSPENDED_AFTER_MONTHS, now), _suspend)
    _each(_unwarned(now), partial(_warn, now=now))


def suspension_due(last_activity: datetime) -> datetime:
    return last_activity + relativedelta(months=SUSPENDED_AFTER_MONTHS)


def warned_since(user: User, last_activity: datetime) -> bool:
    return user.warned_at is not None and user.warned_at > last_activity


def _inactive_for(months: int, now: datetime) -> QuerySet[User]:
    held = in_force(now).filter(user=OuterRef("pk"), role__in=CONCERNED)
    active = User.objects.filter(Exists(held), kind=UserKind.PROFESSIONAL, is_active=True)
    due = ExpressionWrapper(F("last_activity") + Months(months), output_field=DateTimeField())
    return active.annotate(last_activity=LAST_ACTIVITY, due=due).filter(due__lte=now)


def _unwarned(now: datetime) -> QuerySet[User]:
    never_since = Q(warned_at=None) | Q(warned_at__lte=F("last_activity"))
    return _inactive_for(WARNED_AFTER_MONTHS, now).filter(never_since)


def _each(concerned: QuerySet[User], act: Callable[[User], None]) -> None:
    """Act on each account in a transaction of its own, if still concerned: its owner or another worker may be ahead."""
    for key in list(concerned.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            user = concerned.filter(pk=key).select_for_update(no_key=True, of=("self",)).first()
            if user is not None:
                act(user)


def _suspend(user: User) -> None:
    grants.suspend(actor=trail.SYSTEM, user=user, reason=SuspensionReason.INACTIVITY)
    _write("inactivity-suspension", user)


def _warn(user: User, *, now: datetime) -> None:
    User.objects.filter(pk=user.pk).update(warned_at=now)
    trail.record(actor=trail.SYSTEM, action="inactivity_warned", target=str(user.technical_id))
    _write("inactivity-warning", user)


def _write(channel: str, user: User) -> None:
    if user.email:
        deliver(channel, user_id=user.pk)
