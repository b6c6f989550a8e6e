"""Which structures may this person manage? The one place that loads and authorises a structure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet

from directory.models import ParticipationVia, Structure, StructureCategory
from directory.participation.declaration import VIA_OF
from directory.zones import zone_of_postal_code
from sasportal.accounts.models import Role, RoleGrant, User
from sasportal.accounts.roles import grants_now, has_role


class StructureUnknown(Exception):
    """No open structure has this number, or it has no such part."""


class StructureOfSomebodyElse(Exception):
    """This person may not manage that structure, or not in this."""


class Part(StrEnum):
    """What can be managed of a structure."""

    PROFILE = "profile"
    TERRITORY = "territory"
    MEMBERS = "members"
    DELEGATES = "delegates"


class Authority(StrEnum):
    """Why somebody may manage a structure."""

    MANAGER = "manager"
    DELEGATE = "delegate"
    ADMIN = "admin"


# An SOS association is known by its SIRET: it has neither page of its own nor manager, only members
PARTS: dict[str, frozenset[Part]] = {
    StructureCategory.CPTS: frozenset(Part),
    StructureCategory.MSP: frozenset({Part.PROFILE, Part.MEMBERS, Part.DELEGATES}),
    StructureCategory.CDS: frozenset({Part.PROFILE, Part.DELEGATES}),
    StructureCategory.SOS: frozenset({Part.MEMBERS}),
}


_NUMBER = re.compile(r"[0-9AB]{9}|[0-9]{14}")  # FINESS, SIRET


@dataclass(frozen=True, kw_only=True)
class Managed:
    """A structure, for an actor who may manage its `parts`. `code` is its FINESS, or SIRET for SOS."""

    code: str
    name: str
    category: str
    city: str
    zone: str
    authority: Authority
    parts: frozenset[Part]

    @property
    def kind(self) -> str:
        return str(StructureCategory(self.category).label)

    @property
    def via(self) -> ParticipationVia:
        return VIA_OF[StructureCategory(self.category)]

    @property
    def on_behalf(self) -> bool:
        return self.authority != Authority.MANAGER


def load_structure(*, actor: User, code: str, part: Part | None = None) -> Managed:
    """Load the structure `actor` asked for: his own, one he is delegate of, any for an admin.

    Rights are looked at first, so that a stranger learns nothing of what exists. Two queries.
    """
    number = code if _NUMBER.fullmatch(code) else ""
    authority = authority_of(actor, number)
    if authority is None or (part == Part.DELEGATES and authority == Authority.DELEGATE):
        raise StructureOfSomebodyElse
    found = manageable().filter(Q(finess=number) | Q(finess=None, siret=number)).first() if number else None
    if found is None or (part is not None and part not in PARTS[found.category]):
        raise StructureUnknown
    barred = frozenset({Part.DELEGATES} if authority == Authority.DELEGATE else ())
    return Managed(
        code=code,
        name=found.name,
        category=found.category,
        city=found.city,
        zone=zone_of_postal_code(found.postal_code),
        authority=authority,
        parts=PARTS[found.category] - barred,
    )


def authority_of(actor: User, code: str) -> Authority | None:
    if has_role(actor, Role.ADMIN):
        return Authority.ADMIN
    held = set(structure_grants(actor).filter(finess=code).values_list("role", flat=True)) if code else set()
    if Role.STRUCTURE_MANAGER in held:
        return Authority.MANAGER
    return Authority.DELEGATE if Role.DELEGATE in held else None


def managed_codes(actor: User) -> list[str]:
    """Numbers of the structures this person manages or is delegate of; an admin manages them all."""
    return sorted(set(structure_grants(actor).values_list("finess", flat=True)))


def structure_grants(actor: User) -> QuerySet[RoleGrant]:
    roles = [role for role in (Role.STRUCTURE_MANAGER, Role.DELEGATE) if has_role(actor, role)]
    return grants_now(actor).filter(role__in=roles, finess__gt="")


def manageable() -> QuerySet[Structure]:
    """Open structures that have something to manage here."""
    return Structure.objects.filter(closed_at=None, category__in=PARTS)
