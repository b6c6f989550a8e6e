"""What an editor has yet to be told of patients' appointments: rows of the outbox, which hold ids alone."""

from django.db.models import Q

from booking.patients.models import Booking
from sasportal.outbox.deliveries import deliver
from sasportal.outbox.models import Delivery, DeliveryState

CHANNEL = "patient-appointment"


def ask(booking: Booking) -> None:
    """Have the editor told how the booking stands, in the transaction of the change."""
    deliver(CHANNEL, key=f"{CHANNEL}:{booking.pk}:{booking.sequence}", booking=str(booking.pk))


def late(booking: Booking) -> bool:
    """Has the editor still not been told, though it was tried?"""
    rows = Delivery.objects.filter(channel=CHANNEL, payload__booking=str(booking.pk))
    troubled = Q(state=DeliveryState.DEAD) | Q(state=DeliveryState.PENDING, attempts__gt=1)
    return rows.filter(troubled).exists()
