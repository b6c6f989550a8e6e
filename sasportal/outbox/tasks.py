"""Celery's door to the outbox. Delivered twice or at the same time, each relay takes what the others left."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from sasportal.outbox import relay as relaying
from sasportal.outbox.models import Delivery, DeliveryState

KEEP = timedelta(days=30)


@shared_task(ignore_result=True)
def relay() -> None:
    """Send what is due."""
    relaying.relay()


@shared_task(ignore_result=True)
def purge_deliveries() -> None:
    """Forget what left, or was taken back, a month ago; dead letters stay until somebody looks."""
    over = [DeliveryState.DELIVERED, DeliveryState.CANCELLED]
    Delivery.objects.filter(state__in=over, ended_at__lt=timezone.now() - KEEP).delete()
