"""What the state of an orientation allows, now. Pure functions."""

from datetime import datetime, timedelta

from booking.models import Orientation, OrientationState, Way

NO_RETURN_AFTER = timedelta(minutes=30)
UNDO_FOR = timedelta(seconds=30)
# Agreed between us and the practitioner: no editor has a word in it
AGREED_HERE = (Way.OWN, Way.ON_TOP)


def without_return(orientation: Orientation, now: datetime) -> bool:
    """Was the editor's page opened long ago without anything coming back?"""
    waiting = orientation.state == OrientationState.OPENED and bool(orientation.booking_url)
    return waiting and now - orientation.opened_at > NO_RETURN_AFTER


def undoable(orientation: Orientation, now: datetime) -> bool:
    """Was it confirmed here less than 30 seconds ago?"""
    confirmed = orientation.state == OrientationState.BOOKED and orientation.way in AGREED_HERE
    return confirmed and now < orientation.opened_at + UNDO_FOR


def cancellable(orientation: Orientation, now: datetime) -> bool:
    """What waits for an editor, or was agreed here and has not ended."""
    if orientation.state == OrientationState.OPENED:
        return True
    return orientation.state == OrientationState.BOOKED and orientation.way in AGREED_HERE and now < orientation.end
