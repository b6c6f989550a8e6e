"""An appointment comes back: the orientation it answers follows its state."""

from django.db.models import Case, Q, Value, When
from django.utils import timezone

from agenda.identifiers import siret_of
from booking.models import Appointment, AppointmentStatus, Orientation, OrientationEvent, OrientationState
from booking.regulators import regulator_of

STATES = {
    AppointmentStatus.BOOKED: OrientationState.BOOKED,
    AppointmentStatus.FULFILLED: OrientationState.FULFILLED,
    AppointmentStatus.NOSHOW: OrientationState.NOSHOW,
    AppointmentStatus.CANCELLED: OrientationState.CANCELLED,
}


def follow(appointment: Appointment) -> Orientation | None:
    """Bring the orientation of this appointment to its state and time; return it, None when there is none.

    Call it with the appointment's row locked, inside its transaction.
    """
    orientation = Orientation.objects.select_for_update(no_key=True).filter(appointment=appointment).first()
    orientation = orientation or _answered_by(appointment)
    if orientation is None:
        return None
    state = STATES[AppointmentStatus(appointment.status)]
    now = timezone.now()
    if (orientation.state, orientation.start, orientation.end) != (state, appointment.start, appointment.end):
        OrientationEvent.objects.create(
            orientation=orientation, state=state, at=now, by=f"editor:{appointment.editor_id}"
        )
        orientation.changed_at = now
    orientation.state, orientation.appointment = state, appointment
    orientation.start, orientation.end = appointment.start, appointment.end
    orientation.save(update_fields=["state", "appointment", "start", "end", "changed_at"])
    return orientation


def _answered_by(appointment: Appointment) -> Orientation | None:
    """The orientation this regulator has for this practitioner (or association) at this time, an open one first.

    One the regulator gave up is found too: what the editor booked is the truth.
    """
    regulator = regulator_of(appointment.operator_system, appointment.operator_value)
    received_by = _who_receives(appointment)
    if regulator is None or received_by is None:
        return None
    waiting = Q(state=OrientationState.OPENED) | Q(state=OrientationState.CANCELLED)
    open_first = Case(When(state=OrientationState.OPENED, then=Value(0)), default=Value(1))
    return (
        Orientation.objects.select_for_update(no_key=True)
        .filter(
            waiting,
            received_by,
            regulator=regulator,
            start=appointment.start,
            editor_id=appointment.editor_id,
            appointment=None,
        )
        .order_by(open_first, "-opened_at")
        .first()
    )


def _who_receives(appointment: Appointment) -> Q | None:
    """The practitioner named; the association for whichever of its members receives, or when it is named alone."""
    association = siret_of(appointment.structure)
    by_structure = Q(practitioner="", structure=association)
    if appointment.practitioner:
        named = Q(practitioner=appointment.practitioner)
        return named | by_structure if association else named
    return by_structure if association else None
