"""Celery's door to the own agenda. Delivered twice or late, the job does what is missing and no more."""

from celery import shared_task
from django.utils import timezone

from agenda.own import series


@shared_task(ignore_result=True)
def refresh_own_agenda() -> None:
    """Write the dates of weekly series that came within 90 days."""
    series.refresh(now=timezone.now())
