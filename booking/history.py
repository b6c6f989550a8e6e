"""The states of an orientation: changed by compare-and-swap, each change written to its history."""

from django.db import transaction
from django.utils import timezone

from booking.models import CancelReason, Orientation, OrientationEvent, OrientationState
from sasportal.accounts.models import User


@transaction.atomic
def move(
    orientation: Orientation,
    before: OrientationState,
    after: OrientationState,
    *,
    actor: User,
    reason: CancelReason | None = None,
) -> bool:
    """Bring the orientation from one state to another; False, and nothing changed, when somebody was faster."""
    now = timezone.now()
    said = {"state": after, "changed_at": now} | ({"cancel_reason": reason} if reason else {})
    if not Orientation.objects.filter(pk=orientation.pk, state=before).update(**said):
        return False
    for name, value in said.items():
        setattr(orientation, name, value)
    write_event(orientation, after, actor, reason=reason)
    return True


def write_event(
    orientation: Orientation, state: OrientationState, actor: User, *, reason: CancelReason | None = None
) -> None:
    OrientationEvent.objects.create(
        orientation=orientation, state=state, by=str(actor.technical_id), reason=reason or ""
    )
