"""Write down what must leave, in the transaction of the change that causes it; take it back; send it again."""

from datetime import datetime
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from sasportal.accounts.models import User
from sasportal.audit import trail
from sasportal.outbox.models import Delivery, DeliveryState


def deliver(channel: str, *, key: str = "", not_before: datetime | None = None, **payload: Any) -> Delivery | None:
    """Have `payload` (ids and codes) sent through `channel`, after commit; None when `key` was written before.

    The channel is a name of settings.OUTBOX_CHANNELS. Sent at least once: what receives it must bear a second time.
    """
    now = timezone.now()
    new = Delivery(channel=channel, payload=payload, key=key or None, created_at=now, not_before=not_before or now)
    Delivery.objects.bulk_create([new], ignore_conflicts=True)
    if key and not Delivery.objects.filter(pk=new.pk).exists():
        return None
    if new.not_before <= now:
        transaction.on_commit(_wake_the_relay)
    return new


def take_back(key: str) -> bool:
    """Cancel what has not left yet; tell whether it was in time."""
    waiting = Delivery.objects.filter(key=key, state=DeliveryState.PENDING, attempts=0)
    return bool(waiting.update(state=DeliveryState.CANCELLED, ended_at=timezone.now()))


def is_waiting(key: str) -> bool:
    """Tell whether what has this key has still to leave."""
    return Delivery.objects.filter(key=key, state=DeliveryState.PENDING).exists()


def settle(key_prefix: str, *, waiting_too: bool = False) -> None:
    """Drop the dead letters whose keys start so: what they were to bring about is done, or is asked anew."""
    states = [DeliveryState.DEAD, *([DeliveryState.PENDING] if waiting_too else [])]
    moot = Delivery.objects.filter(key__startswith=key_prefix, state__in=states)
    moot.update(state=DeliveryState.CANCELLED, ended_at=timezone.now())


@transaction.atomic
def send_again(*, actor: User | str, delivery: Delivery) -> bool:
    """Give a dead delivery a new life; tell whether it was dead."""
    dead = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.DEAD)
    if not dead.update(state=DeliveryState.PENDING, attempts=0, not_before=timezone.now(), ended_at=None):
        return False
    transaction.on_commit(_wake_the_relay)
    trail.record(actor=actor, action="delivery_sent_again", target=str(delivery.pk), channel=delivery.channel)
    return True


def abandoned() -> int:
    """Count what waits for somebody to look at it."""
    return Delivery.objects.filter(state=DeliveryState.DEAD).count()


def _wake_the_relay() -> None:
    """Ask a worker to relay now; without a broker, beat's next round does."""
    try:
        current_app.send_task("sasportal.outbox.tasks.relay", retry=False)
    except OperationalError:
        return
