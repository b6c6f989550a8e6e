"""Ask managers, now and then, whether the profile of their structure is still right."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from directory.addresses import address_of_author
from directory.communities.profile import CONFIRMED_FOR
from directory.communities.rights import PARTS, Part, manageable
from directory.models import StructureProfile
from sasportal.accounts.models import Role, RoleGrant
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver

AT_MOST_EVERY = timedelta(days=30)


def remind(*, now: datetime) -> int:
    """Write to the managers of profiles nobody vouched for in 90 days, at most once in 30; return how many left.

    Run twice, or after days without a run, it writes what is due and no more.
    """
    managers = _managers(now)
    open_ones = manageable().filter(finess__in=managers, category__in=_with_profile())
    fresh = set(StructureProfile.objects.exclude(_due(now)).values_list("finess", flat=True))
    codes = open_ones.order_by("finess").values_list("finess", flat=True)
    return sum(_remind(code, managers[code], now) for code in codes if code and code not in fresh)


def _with_profile() -> list[str]:
    return [category for category, parts in PARTS.items() if Part.PROFILE in parts]


def _managers(now: datetime) -> Mapping[str, set[str]]:
    """By FINESS, the accounts of those who manage it and to whom we can write."""
    held = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)
    held = held.filter(role=Role.STRUCTURE_MANAGER, finess__gt="").select_related("user")
    found: dict[str, set[str]] = {}
    for grant in held:
        if address_of_author(trail.name_of(grant.user)):
            found.setdefault(grant.finess, set()).add(trail.name_of(grant.user))
    return found


def _due(now: datetime) -> Q:
    unconfirmed = Q(confirmed_at=None) | Q(confirmed_at__lte=now - CONFIRMED_FOR)
    left_alone = Q(reminded_at=None) | Q(reminded_at__lte=now - AT_MOST_EVERY)
    return unconfirmed & left_alone


@transaction.atomic
def _remind(code: str, managers: set[str], now: datetime) -> int:
    """Note the reminder and have it sent, both or nothing; whoever comes second finds it noted."""
    StructureProfile.objects.get_or_create(finess=code)
    if not StructureProfile.objects.filter(_due(now), finess=code).update(reminded_at=now):
        return 0
    for manager in sorted(managers):
        deliver("structure-reminder", structure=code, manager=manager)
    return len(managers)
