"""Celery's door to accounts. Delivered twice or late, the job does what is missing and no more."""

from celery import shared_task
from django.utils import timezone

from sasportal.accounts import inactivity


@shared_task(ignore_result=True)
def suspend_the_inactive() -> None:
    """Warn accounts left alone for eight months, suspend those of nine."""
    inactivity.suspend_the_inactive(now=timezone.now())
