"""What a structure says of itself to regulators: description, phone, hours, and when somebody last vouched for it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from directory.communities.rights import Managed, Part, load_structure
from directory.models import Structure, StructureProfile
from sasportal.accounts.models import User
from sasportal.audit import trail

CONFIRMED_FOR = timedelta(days=90)
Hours = dict[str, list[list[str]]]  # {"mon": [["09:00", "12:00"], …], …}, on the clock of the place


class ProfileChanged(Exception):
    """Somebody else changed the profile since it was read."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """The words of a profile. `fingerprint` tells whether they are still those somebody read."""

    description: str = ""
    phone: str = ""
    opening_hours: Hours = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:32]

    @property
    def missing(self) -> list[str]:
        """What regulators would look for in vain."""
        empty = {"la présentation": self.description, "le téléphone": self.phone, "les horaires": self.hours_known}
        return [name for name, value in empty.items() if not value]

    @property
    def hours_known(self) -> bool:
        return any(self.opening_hours.values())


@dataclass(frozen=True, kw_only=True)
class Profile:
    said: Said
    confirmed_at: datetime | None

    def due(self, now: datetime) -> bool:
        """Is it time to vouch for it again?"""
        return self.confirmed_at is None or self.confirmed_at <= now - CONFIRMED_FOR


def read_profile(code: str) -> Profile:
    return _profile(StructureProfile.objects.filter(finess=code).first())


def save_profile(*, actor: User, code: str, said: Said, seen: str) -> None:
    """Write the profile; who writes it vouches for it. Raises ProfileChanged, and those of load_structure."""
    _vouch(actor=actor, code=code, said=said, seen=seen, action="structure.profile_changed")


def confirm_profile(*, actor: User, code: str, seen: str) -> None:
    """Vouch for the profile as it was `seen`; raises ProfileChanged, and those of load_structure."""
    _vouch(actor=actor, code=code, said=None, seen=seen, action="structure.profile_confirmed")


@transaction.atomic
def _vouch(*, actor: User, code: str, said: Said | None, seen: str, action: str) -> None:
    managed = load_structure(actor=actor, code=code, part=Part.PROFILE)
    hold(managed)
    kept = read_profile(code).said
    if kept.fingerprint != seen and kept != said:  # sent twice, it says the same
        raise ProfileChanged
    StructureProfile.objects.update_or_create(
        finess=code, defaults=asdict(said or kept) | {"confirmed_at": timezone.now(), "reminded_at": None}
    )
    trail.record(actor=actor, action=action, target=code)


def hold(managed: Managed) -> None:
    """Let those who edit one structure go one after the other, until the end of the transaction."""
    Structure.objects.select_for_update(no_key=True).get(finess=managed.code)


def _profile(row: StructureProfile | None) -> Profile:
    if row is None:
        return Profile(said=Said(), confirmed_at=None)
    said = Said(description=row.description, phone=row.phone, opening_hours=row.opening_hours)
    return Profile(said=said, confirmed_at=row.confirmed_at)
