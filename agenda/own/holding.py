"""Keep a place for somebody while he books: a row beside the places taken, that frees itself by growing old."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from agenda.own.models import Hold, Occurrence
from agenda.own.offer import free_as_shown, lock, why_not

HELD_FOR = timedelta(minutes=10)


@transaction.atomic
def hold_place(
    *, hold: UUID, occurrence_id: int, now: datetime, expires_at: datetime, shown_start: datetime | None = None
) -> Occurrence:
    """Hold one place under this name until `expires_at`, prolonging the hold of that name if there is one.

    Raises `SlotFull`, `SlotPast`, `SlotGone`.
    """
    lock(occurrence_id)
    Hold.objects.filter(pk=hold).delete()
    row = free_as_shown(occurrence_id, shown_start, now).first()
    if row is None:
        raise why_not(occurrence_id, now=now)
    Hold.objects.create(pk=hold, occurrence=row, expires_at=expires_at)
    return row


def release(hold: UUID) -> None:
    Hold.objects.filter(pk=hold).delete()


def forget_holds(*, now: datetime) -> None:
    """Remove the rows of holds that are over; they count for nothing already."""
    Hold.objects.filter(expires_at__lt=now - HELD_FOR).delete()
