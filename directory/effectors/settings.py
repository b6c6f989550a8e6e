"""What an effector chooses for himself: general settings, his places, his absences. Every change leaves a trace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from directory.effectors.rights import load_effector
from directory.models import Absence, EffectorSettings, PlaceSettings
from sasportal.accounts.models import DelegateScope, User
from sasportal.audit import trail

MOST_ABSENCES = 200


class TooManyAbsences(Exception):
    """More absences to come than anybody declares."""


def settings_of(national_id: str) -> EffectorSettings:
    """The settings as they stand; the defaults for who never chose."""
    found = EffectorSettings.objects.filter(national_id=national_id).first()
    return found or EffectorSettings(national_id=national_id)


@transaction.atomic
def save_settings(*, actor: User, national_id: str, chosen: Mapping[str, Any]) -> tuple[str, ...]:
    """Write what was chosen; return the names of what changed. Raises as load_effector does."""
    load_effector(actor=actor, national_id=national_id, scope=DelegateScope.SETTINGS)
    EffectorSettings.objects.get_or_create(national_id=national_id)
    known = EffectorSettings.objects.select_for_update(no_key=True).get(national_id=national_id)
    changed = tuple(name for name, value in chosen.items() if getattr(known, name) != value)
    for name in changed:
        setattr(known, name, chosen[name])
    if changed:
        known.save(update_fields=changed)
        trail.record(actor=actor, action="effector.settings_changed", target=national_id, fields=list(changed))
    return changed


@transaction.atomic
def save_place(
    *, actor: User, national_id: str, place_key: str, phone: str, refused_types: tuple[str, ...]
) -> bool:  # fmt: skip
    """Write the phone and the refused types of one place; False when nothing changed.

    Raises PlaceUnknown, and as load_effector does.
    """
    place = load_effector(actor=actor, national_id=national_id, scope=DelegateScope.SETTINGS).place(place_key)
    phone = "" if phone == place.national_phone else phone
    PlaceSettings.objects.get_or_create(national_id=national_id, place_key=place_key)
    known = PlaceSettings.objects.select_for_update(no_key=True).get(national_id=national_id, place_key=place_key)
    if (known.phone, tuple(known.refused_types)) == (phone, refused_types):
        return False
    known.phone, known.refused_types = phone, list(refused_types)
    known.save(update_fields=["phone", "refused_types"])
    trail.record(
        actor=actor, action="effector.place_changed", target=national_id, place=place_key,
        refused_types=list(refused_types),
    )  # fmt: skip
    return True


@transaction.atomic
def add_absence(*, actor: User, national_id: str, starts_at: datetime, ends_at: datetime) -> Absence:
    """Declare an absence; the same one again changes nothing. Raises TooManyAbsences, and as load_effector does."""
    load_effector(actor=actor, national_id=national_id, scope=DelegateScope.SETTINGS)
    if absences_of(national_id).count() >= MOST_ABSENCES:
        raise TooManyAbsences
    absence, created = Absence.objects.get_or_create(national_id=national_id, starts_at=starts_at, ends_at=ends_at)
    if created:
        trail.record(
            actor=actor, action="effector.absence_added", target=national_id, starts_at=starts_at, ends_at=ends_at
        )
    return absence


@transaction.atomic
def remove_absence(*, actor: User, national_id: str, absence_id: int) -> bool:
    """Take an absence back; False when it is gone already."""
    load_effector(actor=actor, national_id=national_id, scope=DelegateScope.SETTINGS)
    removed, _ = Absence.objects.filter(pk=absence_id, national_id=national_id).delete()
    if removed:
        trail.record(actor=actor, action="effector.absence_removed", target=national_id, absence=absence_id)
    return bool(removed)


def absences_of(national_id: str) -> Any:
    """Absences not over yet, nearest first."""
    return Absence.objects.filter(national_id=national_id, ends_at__gt=timezone.now()).order_by("starts_at")
