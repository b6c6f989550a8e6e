"""Send what is due. A relay holds a delivery by a lease, never by a lock: it may die, another takes over.

Nothing is sent inside a transaction. Killed between sending and writing it down, a relay leaves the
delivery to be sent once more: channels send what can be received twice.
"""

import random
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from sasportal.outbox.models import Delivery, DeliveryState

Channel = Callable[..., None]

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
# Which delivery is being sent: a channel marks what it sends with it, so that a second time is recognised
delivering: ContextVar[str] = ContextVar("delivering", default="")
MOST_ATTEMPTS = 30  # a little more than a day
log = structlog.get_logger(__name__)


class DeliveryFailed(Exception):
    """The other side did not take it this time: try again later. Its words are shown to administrators."""


class DeliveryRefused(Exception):
    """The other side will never take it: nothing is tried again by itself."""


def relay(*, most: int = 200) -> int:
    """Send what is due, oldest first, at most `most`; return how many left."""
    sent = 0
    for _ in range(most):
        delivery = _claim(timezone.now())
        if delivery is None:
            break
        sent += _send(delivery)
    return sent


@transaction.atomic
def _claim(now: datetime) -> Delivery | None:
    """Take the next one due for the length of a lease."""
    due = Delivery.objects.filter(state=DeliveryState.PENDING, not_before__lte=now).order_by("not_before")
    delivery = due.select_for_update(skip_locked=True).first()
    if delivery is not None:
        delivery.attempts += 1
        delivery.not_before = now + LEASE
        delivery.save(update_fields=["attempts", "not_before"])
    return delivery


def _send(delivery: Delivery) -> bool:
    held = delivering.set(str(delivery.pk))
    try:
        channel(delivery.channel)(**delivery.payload)
    except DeliveryRefused as refused:
        _end(delivery, DeliveryState.DEAD, error=str(refused))
    except DeliveryFailed as failed:
        _postpone(delivery, error=str(failed))
    except Exception as fault:  # noqa: BLE001 - a fault of ours must not stop the other deliveries
        log.exception("delivery_fault", task=delivery.channel)
        _postpone(delivery, error=type(fault).__name__)
    else:
        _end(delivery, DeliveryState.DELIVERED)
        return True
    finally:
        delivering.reset(held)
    return False


def _postpone(delivery: Delivery, *, error: str) -> None:
    if delivery.attempts >= MOST_ATTEMPTS:
        _end(delivery, DeliveryState.DEAD, error=error)
        return
    _mine(delivery).update(not_before=timezone.now() + pause(delivery.attempts), last_error=error[:200])


def _end(delivery: Delivery, state: DeliveryState, *, error: str = "") -> None:
    _mine(delivery).update(state=state, ended_at=timezone.now(), last_error=error[:200])
    if state == DeliveryState.DEAD:
        log.error("delivery_dead", task=delivery.channel)


def _mine(delivery: Delivery) -> Any:
    """The row, unless another relay took it over meanwhile."""
    return Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, state=DeliveryState.PENDING)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: doubling, bounded, with half of it left to chance."""
    longest = min(FIRST_PAUSE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads retries, hides nothing


@cache
def channel(name: str) -> Channel:
    found: Channel = import_string(settings.OUTBOX_CHANNELS[name])
    return found
