"""What an effector is told by e-mail of the patients sent to him. Nothing of a patient is in it."""

from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from booking.lines import line
from booking.models import Orientation, OrientationState
from directory.addresses import address_of_practitioner
from sasportal.outbox.deliveries import deliver, take_back
from sasportal.outbox.mails import send_mail

CHANNEL = "effector-notice"
# Not before the regulator can no longer undo it: an effector is not told of a slip of the hand
HELD_FOR = timedelta(seconds=30)


def tell_effector(orientation: Orientation) -> None:
    """Have the effector told, in the transaction of the orientation."""
    if orientation.practitioner:
        deliver(
            CHANNEL, key=_key(orientation), not_before=timezone.now() + HELD_FOR, orientation=str(orientation.pk)
        )  # fmt: skip


def untell_effector(orientation: Orientation) -> bool:
    """Keep the notice from leaving; False when it left already (or there was none)."""
    return take_back(_key(orientation))


def tell_effector_cancelled(orientation: Orientation) -> None:
    if orientation.practitioner:
        deliver(CHANNEL, key=f"{_key(orientation)}:cancelled", orientation=str(orientation.pk))


def send_effector_notice(*, orientation: str) -> None:
    """The channel: tell how the orientation stands now. Nobody to write to: nothing is sent."""
    found = Orientation.objects.filter(pk=UUID(orientation)).first()
    to = address_of_practitioner(found.practitioner) if found else ""
    if found is None or not to:
        return
    said = line(found, timezone.now())
    cancelled = found.state == OrientationState.CANCELLED
    what = "Orientation annulée" if cancelled else "Un patient vous est adressé"
    send_mail(
        "effector_notice", to=to, subject=f"{what} : {said.when}", line=said, cancelled=cancelled,
        path=reverse("booking:effector_patients", args=[found.practitioner]),
    )  # fmt: skip


def _key(orientation: Orientation) -> str:
    return f"orientation:{orientation.pk}:told"
