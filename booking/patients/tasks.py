"""Celery's door to patients' bookings. Delivered twice or late, each job does what is missing and no more."""

from celery import shared_task
from django.utils import timezone

from agenda.own.holding import forget_holds
from booking.patients import drafts, erasing, notices


@shared_task(ignore_result=True)
def remind_patients() -> None:
    """Write the reminders due within the coming two days."""
    notices.remind(now=timezone.now())


@shared_task(ignore_result=True)
def forget_patients() -> None:
    """Erase who the patients of a month ago were, unfinished drafts of yesterday, holds that are over."""
    now = timezone.now()
    erasing.erase_old(now=now)
    drafts.forget_drafts(now=now)
    forget_holds(now=now)
