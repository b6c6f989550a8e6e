"""The structures somebody manages, one line each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from directory.communities.members import count_members
from directory.communities.profile import CONFIRMED_FOR
from directory.communities.rights import PARTS, Part, manageable, managed_codes
from directory.models import Structure, StructureCategory, StructureProfile
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import has_role
from sasportal.spelling import plain


@dataclass(frozen=True, kw_only=True)
class ListedStructure:
    """`members` is None where nobody takes part through it; `due`: its profile should be vouched for."""

    code: str
    name: str
    kind: str
    city: str
    members: int | None
    confirmed_at: datetime | None
    due: bool


def structures_of(actor: User, *, text: str = "", category: str = "") -> QuerySet[Structure]:
    """Structures this person may manage, by name; `text` is a FINESS, a SIRET, or words of the name or town."""
    found = manageable() if has_role(actor, Role.ADMIN) else manageable().filter(finess__in=managed_codes(actor))
    if category:
        found = found.filter(category=category)
    compact = "".join(text.split()).upper()
    if compact and compact[0].isdecimal() and len(compact) in {9, 14}:
        return found.filter(Q(finess=compact) | Q(siret=compact))
    for word in plain(text).split():
        found = found.filter(Q(search_name__contains=word) | Q(city__iexact=word))
    return found.order_by("search_name", "pk")


def described(structures: Sequence[Structure], *, now: datetime) -> list[ListedStructure]:
    """Count the members and look at the profiles of these; two queries."""
    codes = [one.finess or one.siret for one in structures]
    members = count_members(codes, now=now)
    confirmed = dict(StructureProfile.objects.filter(finess__in=codes).values_list("finess", "confirmed_at"))
    return [_listed(one, members, confirmed, now) for one in structures]


def _listed(
    one: Structure, members: dict[str, int], confirmed: dict[str, datetime | None], now: datetime
) -> ListedStructure:
    code, parts = one.finess or one.siret, PARTS[one.category]
    at = confirmed.get(code)
    return ListedStructure(
        code=code,
        name=one.name,
        kind=str(StructureCategory(one.category).label),
        city=one.city,
        members=members.get(code, 0) if Part.MEMBERS in parts else None,
        confirmed_at=at,
        due=Part.PROFILE in parts and (at is None or at <= now - CONFIRMED_FOR),
    )
