"""Celery's door to registrations. Delivered twice or late, the job does what is missing and no more."""

from celery import shared_task
from django.utils import timezone

from directory.registration import forgetting


@shared_task(ignore_result=True)
def forget_registrations() -> None:
    """Erase births a month after the end of a request; abandon drafts left alone for a month."""
    forgetting.forget(now=timezone.now())
