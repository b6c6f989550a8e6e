"""Celery's door to accounts. Delivered twice or late, the job does what is missing and no more."""

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from sasportal.accounts import inactivity


@shared_task(ignore_result=True)
def suspend_the_inactive() -> None:
    """Warn accounts left alone for eight months, suspend those of nine."""
    inactivity.suspend_the_inactive(now=timezone.now())


@shared_task(ignore_result=True)
def forget_ended_sessions() -> None:
    """Delete the rows of sessions that are over: whoever searches as a patient opens one."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
