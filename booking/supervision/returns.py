"""Appointments that came back for each booking page opened: without them regulators are left blind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from agenda.supervision.anomalies import Fault
from agenda.supervision.models import Severity
from booking.models import Orientation, Way
from booking.states import NO_RETURN_AFTER

DAY = timedelta(days=1)
# Fewer prove nothing: a patient may simply have changed his mind
ENOUGH = 10


@dataclass(frozen=True, kw_only=True)
class Returns:
    opened: int = 0
    returned: int = 0


def returns_since(since: datetime, *, now: datetime) -> dict[int, Returns]:
    """Count by editor the booking pages opened since then, long enough ago for an answer to be due."""
    opened = Orientation.objects.filter(
        way=Way.EDITOR, opened_at__gte=since, opened_at__lt=now - NO_RETURN_AFTER, editor__isnull=False
    ).exclude(booking_url="")
    rows = opened.order_by().values_list("editor").annotate(opened=Count("pk"), returned=Count("appointment"))
    return {editor: Returns(opened=total, returned=back) for editor, total, back in rows}


def faults(*, now: datetime) -> Iterator[tuple[int, Fault]]:
    for editor_id, one in returns_since(now - DAY, now=now).items():
        if one.opened >= ENOUGH and not one.returned:
            yield (
                editor_id,
                Fault(
                    rule="no_return",
                    severity=Severity.MAJOR,
                    sentence=f"Aucun rendez-vous revenu en 24 heures pour {one.opened} pages de réservation ouvertes.",
                ),
            )
