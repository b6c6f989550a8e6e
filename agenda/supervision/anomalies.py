"""Tickets: one for each fault of an editor, opened when seen, closed when mended or no longer seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from agenda.supervision.models import Anomaly, Severity
from agenda.supervision.notices import tell_administrators
from agenda.supervision.working_days import deadline
from sasportal.accounts.models import User
from sasportal.audit import trail

WORKING_DAYS = {Severity.MINOR: 30, Severity.MAJOR: 14, Severity.BLOCKING: 2}
RANK = {Severity.MINOR: 0, Severity.MAJOR: 1, Severity.BLOCKING: 2}
# Not seen for so long: closed by itself; seen again later it is a ticket of its own
QUIET = timedelta(hours=24)


class AlreadyClosed(Exception):
    """Somebody closed this ticket before."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong, as seen now. `rule` and `detail` say which fault it is, whatever the figures."""

    rule: str
    severity: Severity
    sentence: str
    detail: str = ""
    example: str = ""


def open_count() -> int:
    return Anomaly.objects.filter(closed_at=None).count()


def observe(editor_id: int, faults: Iterable[Fault], *, now: datetime) -> None:
    """Write down what is seen: on its open ticket, else on a new one. A graver sight makes its ticket graver."""
    for fault in faults:
        with transaction.atomic():
            _observe(editor_id, fault, now)


def _observe(editor_id: int, fault: Fault, now: datetime) -> None:
    which = {"editor_id": editor_id, "rule": fault.rule, "detail": fault.detail}
    ticket, opened = Anomaly.objects.select_for_update(no_key=True).get_or_create(
        **which,
        closed_at=None,
        defaults={
            "severity": fault.severity, "sentence": fault.sentence, "example": fault.example, "opened_at": now,
            "seen_at": now, "due_on": deadline(now, WORKING_DAYS[fault.severity]),
        },
    )  # fmt: skip
    graver = not opened and RANK[fault.severity] > RANK[Severity(ticket.severity)]
    if not opened:
        ticket.seen_at, ticket.sentence, ticket.example = now, fault.sentence, fault.example or ticket.example
        if graver:
            ticket.severity = fault.severity
            ticket.due_on = min(ticket.due_on, deadline(now, WORKING_DAYS[fault.severity]))
        ticket.save(update_fields=["seen_at", "sentence", "example", "severity", "due_on"])
    if fault.severity == Severity.BLOCKING and (opened or graver):
        tell_administrators("anomaly", ticket.pk)


def close_the_quiet(*, now: datetime) -> int:
    """Close what was not seen for a day; return how many."""
    return Anomaly.objects.filter(closed_at=None, seen_at__lt=now - QUIET).update(closed_at=now)


@transaction.atomic
def close(*, actor: User, anomaly: Anomaly, note: str, now: datetime) -> None:
    """Say that it is mended; raise AlreadyClosed. Seen again, it becomes a ticket of its own."""
    said = {"closed_at": now, "closed_by": str(actor.technical_id), "note": note}
    if not Anomaly.objects.filter(pk=anomaly.pk, closed_at=None).update(**said):
        raise AlreadyClosed
    trail.record(actor=actor, action="anomaly_closed", target=f"editor:{anomaly.editor_id}", anomaly=anomaly.pk)
