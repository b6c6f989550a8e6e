"""Celery's door to patients' accounts. Delivered twice or late, the job does what is missing and no more."""

from celery import shared_task
from django.utils import timezone

from sasportal.accounts.patients import unconfirmed


@shared_task(ignore_result=True)
def forget_unconfirmed() -> None:
    """Forget accounts whose address nobody confirmed in time."""
    unconfirmed.forget(now=timezone.now())
