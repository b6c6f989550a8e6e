"""What is an account manager in charge of? The departments of a territory decide."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from sasportal.accounts.models import Role, Territory, User
from sasportal.accounts.roles import grants_now, has_role


class OutsideCharge(Exception):
    """This territory, account or right is not for this person to manage."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Everything, or the territories whose departments are all within one of these sets."""

    everything: bool = False
    departments: tuple[frozenset[str], ...] = ()

    def covers(self, territory: Territory | None) -> bool:
        """Tell whether rights in `territory` (None: in the whole country) are in this charge."""
        if self.everything:
            return True
        held = frozenset(territory.departments) if territory else frozenset()
        return bool(held) and any(held <= mine for mine in self.departments)

    def within(self, territory: str) -> Q:
        """Say the same of rows, by the path `territory` from them to theirs ("territory__" or "")."""
        if self.everything:
            return Q()
        held = Q(pk__in=[])
        for mine in self.departments:
            held |= Q(**{f"{territory}departments__contained_by": sorted(mine)})
        return held & Q(**{f"{territory}departments__len__gt": 0})


def charge_of(actor: User) -> Charge:
    """Read what `actor` manages now: everything for an administrator; one query at most."""
    if has_role(actor, Role.ADMIN):
        return Charge(everything=True)
    if not has_role(actor, Role.ACCOUNT_MANAGER):
        return Charge()
    given = grants_now(actor).filter(role=Role.ACCOUNT_MANAGER).select_related("territory")
    territories = [grant.territory for grant in given]
    return Charge(
        everything=None in territories,
        departments=tuple(frozenset(one.departments) for one in territories if one is not None),
    )


def territories_of(charge: Charge) -> QuerySet[Territory]:
    return Territory.objects.filter(charge.within("")).order_by("name")
