"""Taking an orientation back: at once and without a word for 30 seconds, afterwards with a reason."""

from django.db import transaction
from django.utils import timezone

from agenda.own.offer import give_back_place
from booking.history import move
from booking.models import CancelReason, Orientation, OrientationState
from booking.notices import tell_effector_cancelled, untell_effector
from booking.states import AGREED_HERE, cancellable, undoable
from sasportal.accounts.models import User


class TooLateToUndo(Exception):
    """The 30 seconds are over, or it is cancelled already: a reason is needed."""


class NotCancellable(Exception):
    """The editor already confirmed it, or it is over: it is cancelled there."""


def undo(*, actor: User, orientation: Orientation) -> Orientation:
    """Take back what was just confirmed, as if it had not been; raises TooLateToUndo."""
    if not undoable(orientation, timezone.now()) or not _cancelled(
        orientation, OrientationState.BOOKED, CancelReason.UNDONE, actor=actor
    ):
        raise TooLateToUndo
    return orientation


def cancel(*, actor: User, orientation: Orientation, reason: CancelReason | None = None) -> Orientation:
    """Cancel what can be cancelled from here; what was agreed needs a `reason`. Raises NotCancellable."""
    before = OrientationState(orientation.state)
    if not cancellable(orientation, timezone.now()) or not _cancelled(orientation, before, reason, actor=actor):
        raise NotCancellable
    return orientation


@transaction.atomic
def _cancelled(orientation: Orientation, before: OrientationState, reason: CancelReason | None, *, actor: User) -> bool:
    if not move(orientation, before, OrientationState.CANCELLED, actor=actor, reason=reason):
        return False
    if orientation.occurrence_id is not None:
        give_back_place(occurrence_id=orientation.occurrence_id)
    if orientation.way in AGREED_HERE and not untell_effector(orientation):
        tell_effector_cancelled(orientation)
    return True
