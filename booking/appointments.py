"""Appointments an editor tells us about: kept once, in order, with everything that was said."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from agenda.models import Editor
from booking.following import follow
from booking.incoming import Told
from booking.models import Appointment, AppointmentEvent
from booking.regulators import regulator_of
from sasportal.audit import trail

MOST_SYSTEMS = 10
TOLD_FIELDS = (
    "status", "start", "end", "practitioner", "structure", "awaits_confirmation", "operator_system", "operator_value",
    "orientation_category", "last_updated",
)  # fmt: skip


class SystemOfAnotherEditor(Exception):
    """This identifier system belongs to another editor, or this one already has too many."""


@dataclass
class VersionMismatch(Exception):
    """The caller knows another version than ours (0: we know none)."""

    known: int


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """`created`: this call made the row. `late`: older than what we know, kept in the history only."""

    appointment: Appointment
    created: bool = False
    late: bool = False


def create_appointment(*, editor: Editor, told: Told) -> Recorded:
    """Take a POST: the same one twice changes nothing; one that comes after an update does not undo it."""
    return _record(editor=editor, told=told, creating=True)


def update_appointment(*, editor: Editor, told: Told, version: int | None = None) -> Recorded:
    """Take a PUT by identifier: creates what is unknown; raises VersionMismatch when `version` is not ours."""
    return _record(editor=editor, told=told, creating=False, version=version)


@transaction.atomic
def _record(*, editor: Editor, told: Told, creating: bool, version: int | None = None) -> Recorded:
    claim_system(editor, told.system)
    new = _insert_unless_known(editor, told)
    # The row is locked before it is read: parallel news of one appointment wait for each other here
    known = Appointment.objects.select_for_update(no_key=True).get(editor=editor, system=told.system, value=told.value)
    created = known.pk == new.pk
    if version is not None and (created or version != known.version):
        raise VersionMismatch(0 if created else known.version)
    if created:
        _write_event(known, told, applied=True)
    elif _says_the_same(known, told):
        return Recorded(appointment=known)
    elif _is_late(known, told, creating):
        _write_event(known, told, applied=False)
        return Recorded(appointment=known, late=True)
    else:
        _apply(known, told)
    follow(known)
    return Recorded(appointment=known, created=created)


def claim_system(editor: Editor, system: str) -> None:
    """Bind an identifier system to the first editor that writes it; raise SystemOfAnotherEditor."""
    if system in editor.appointment_systems:
        return
    # All editors are locked: two of them claiming one system wait for each other
    editors = {one.pk: one for one in Editor.objects.select_for_update(no_key=True).order_by("pk")}
    owners = {pk for pk, one in editors.items() if system in one.appointment_systems}
    fresh = editors[editor.pk]
    if owners - {editor.pk} or (not owners and len(fresh.appointment_systems) >= MOST_SYSTEMS):
        raise SystemOfAnotherEditor
    if not owners:
        fresh.appointment_systems = [*fresh.appointment_systems, system]
        fresh.save(update_fields=["appointment_systems"])
        trail.record(actor=f"editor:{editor.pk}", action="editor.system_claimed", target=system)
    editor.appointment_systems = fresh.appointment_systems


def _insert_unless_known(editor: Editor, told: Told) -> Appointment:
    """Insert, or do nothing when another request did: the constraint decides."""
    new = Appointment(editor=editor, system=told.system, value=told.value, received_at=timezone.now())
    _fill(new, told)
    Appointment.objects.bulk_create([new], ignore_conflicts=True)
    return new


def _apply(known: Appointment, told: Told) -> None:
    _fill(known, told)
    known.version += 1
    known.received_at = timezone.now()
    known.save()
    _write_event(known, told, applied=True)


def _fill(appointment: Appointment, told: Told) -> None:
    for name in TOLD_FIELDS:
        setattr(appointment, name, getattr(told, name))
    regulator = regulator_of(told.operator_system, told.operator_value)
    appointment.unattributed = regulator is None


def _says_the_same(known: Appointment, told: Told) -> bool:
    return all(getattr(known, name) == getattr(told, name) for name in TOLD_FIELDS)


def _is_late(known: Appointment, told: Told, creating: bool) -> bool:
    """Is this older than what we know? Without dates, a creation is older than anything."""
    if known.last_updated and told.last_updated:
        if told.last_updated == known.last_updated:
            return creating
        return told.last_updated < known.last_updated
    return creating


def _write_event(appointment: Appointment, told: Told, *, applied: bool) -> None:
    """Append to the history; the same late news twice is written once."""
    said = {"status": told.status, "start": told.start, "end": told.end, "last_updated": told.last_updated}
    if not applied and appointment.events.filter(**said).exists():
        return
    AppointmentEvent.objects.create(appointment=appointment, applied=applied, **said)
