"""Celery's door to supervision. Run twice, or after a silence, each job does what is missing and no more."""

from celery import shared_task
from django.utils import timezone

from agenda.supervision import anomalies, certificates, detection, tallies


@shared_task(ignore_result=True)
def tally_calls() -> None:
    tallies.tally()


@shared_task(ignore_result=True)
def watch_editors() -> None:
    """Turn what is wrong now into tickets, and close those that are quiet."""
    now = timezone.now()
    detection.watch(now=now)
    for editor_id, fault in certificates.faults(now):
        anomalies.observe(editor_id, [fault], now=now)
    anomalies.close_the_quiet(now=now)


@shared_task(ignore_result=True)
def watch_certificates() -> None:
    certificates.watch(now=timezone.now())


@shared_task(ignore_result=True)
def forget_details() -> None:
    tallies.forget_details(now=timezone.now())
