"""The effector's side: who was sent to him, whether the patient came, and saying that he cannot receive."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from booking.history import move
from booking.models import CancelReason, Orientation, OrientationState
from booking.states import AGREED_HERE, cancellable
from booking.undoing import NotCancellable, cancel
from sasportal.accounts.models import User

NOTED = (OrientationState.FULFILLED, OrientationState.NOSHOW)
CORRECTABLE_FOR = timedelta(days=7)


class NotNotable(Exception):
    """It has not begun, is cancelled, is too old, or its editor says whether the patient came."""


def sent_to(national_id: str) -> QuerySet[Orientation]:
    """Patients sent to this practitioner and agreed, nearest first; what an editor has not confirmed is not."""
    agreed = Orientation.objects.filter(practitioner=national_id).exclude(state=OrientationState.OPENED)
    return agreed.exclude(cancel_reason=CancelReason.UNDONE).order_by("start")


def note_attendance(*, actor: User, orientation: Orientation, state: OrientationState) -> Orientation:
    """Note that the patient came, or not; what was noted can be corrected for a week. Raises NotNotable."""
    before = OrientationState(orientation.state)
    if state not in NOTED or not notable(orientation, timezone.now()):
        raise NotNotable
    if before != state and not move(orientation, before, state, actor=actor):
        raise NotNotable
    return orientation


def decline(*, actor: User, orientation: Orientation) -> Orientation:
    """Say that the patient cannot be received after all; raises NotCancellable."""
    if orientation.state != OrientationState.BOOKED:
        raise NotCancellable
    return cancel(actor=actor, orientation=orientation, reason=CancelReason.UNAVAILABLE)


def notable(orientation: Orientation, now: datetime) -> bool:
    agreed_here = orientation.way in AGREED_HERE and orientation.state in {OrientationState.BOOKED, *NOTED}
    return agreed_here and orientation.start <= now < orientation.start + CORRECTABLE_FOR


def declinable(orientation: Orientation, now: datetime) -> bool:
    return orientation.way in AGREED_HERE and cancellable(orientation, now)
