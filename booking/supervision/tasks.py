"""Celery's door to what only bookings show of an editor."""

from celery import shared_task
from django.utils import timezone

from agenda.supervision.anomalies import observe
from booking.supervision.returns import faults


@shared_task(ignore_result=True)
def watch_returns() -> None:
    now = timezone.now()
    for editor_id, fault in faults(now=now):
        observe(editor_id, [fault], now=now)
