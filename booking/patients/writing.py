"""Bring an editor to hold what a patient asked of it: the channel of the outbox that writes his appointments.

That it was asked is written down before anything leaves. Killed or left without an answer, the next attempt is a
conditional update by our own identifier, which an editor may take twice: never lost, never doubled.
"""

from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agenda.accounts.fhir import read_outcome
from agenda.accounts.sending import reason
from agenda.client import EditorRefused, EditorUnavailable, NotSent, Written, peer_of
from agenda.models import EditorState, Flow
from agenda.written import Busy, room_at, write
from booking.patients import notices, replacing
from booking.patients.editor_fhir import appointment, identifier_of
from booking.patients.history import move
from booking.patients.models import Booking, BookingState, EventKind
from sasportal.outbox.relay import DeliveryFailed, DeliveryRefused

HELD = timedelta(minutes=1)
# A patient does not wait longer for an answer: he is told to look elsewhere, and the editor that it is off
PATIENCE = timedelta(hours=2)
TAKEN = {200, 201}
GONE = {404, 410}
OFF = "L’éditeur est coupé."
BUSY = "Un autre envoi vers cet éditeur est en cours."


def write_to_editor(*, booking: str) -> None:
    """Write what the editor lacks, if anything; raise DeliveryFailed or DeliveryRefused."""
    number, now = UUID(booking), timezone.now()
    until = now + HELD
    free = Booking.objects.filter(Q(writing_until=None) | Q(writing_until__lte=now), pk=number)
    if not free.update(writing_until=until):
        raise DeliveryFailed(BUSY)
    try:
        _bring(Booking.objects.select_related("editor", "key").get(pk=number), now)
    finally:
        Booking.objects.filter(pk=number, writing_until=until).update(writing_until=None)


def _bring(booking: Booking, now: datetime) -> None:
    if booking.state == BookingState.PENDING and (not booking.readable or now >= _deadline(booking)):
        _end(booking, BookingState.REFUSED, at_editor=booking.at_editor)
    wanted = _wanted(booking)
    if wanted is not None and booking.editor and booking.editor.state != EditorState.ON:
        raise DeliveryFailed(OFF)
    if wanted is None or booking.editor_id is None:
        return
    try:
        with room_at(booking.editor_id):
            _book(booking) if wanted == BookingState.BOOKED else _take_back(booking)
    except Busy:
        raise DeliveryFailed(BUSY) from None


def _deadline(booking: Booking) -> datetime:
    return min(booking.start, booking.booked_at + PATIENCE)


def _wanted(booking: Booking) -> BookingState | None:
    """What the editor has yet to be told; nothing of what it was never asked, or refused at once."""
    if booking.state == BookingState.PENDING:
        return BookingState.BOOKED
    over = booking.state in {BookingState.CANCELLED, BookingState.REFUSED}
    settled = booking.at_editor in {BookingState.CANCELLED, BookingState.REFUSED}
    return BookingState.CANCELLED if over and booking.asked_at and not settled else None


def _book(booking: Booking) -> None:
    first = booking.asked_at is None
    if first:
        _keep(booking, asked_at=timezone.now())
    try:
        answer = _sent(booking, "POST" if first else "PUT", BookingState.BOOKED)
    except (EditorUnavailable, EditorRefused) as error:
        if first and isinstance(error, NotSent):
            _keep(booking, asked_at=None)
        notices.tell_changed(booking)
        raise DeliveryFailed(reason(error)) from error
    if answer.status in TAKEN and not read_outcome(answer.body).is_error:
        _end(booking, BookingState.BOOKED, at_editor=BookingState.BOOKED)
    elif answer.status < 300 and answer.status not in TAKEN:
        raise DeliveryFailed(f"L’éditeur n’a pas dit s’il prend le rendez-vous (HTTP {answer.status}).")
    elif first:
        _end(booking, BookingState.REFUSED, at_editor=BookingState.REFUSED)
    else:
        # It may have taken an earlier request whose answer was lost: have it freed there as well
        _end(booking, BookingState.REFUSED, at_editor=booking.at_editor)
        _take_back(booking)


def _take_back(booking: Booking) -> None:
    try:
        answer = _sent(booking, "PUT", BookingState.CANCELLED)
    except (EditorUnavailable, EditorRefused) as error:
        raise DeliveryFailed(reason(error)) from error
    if not answer.taken and answer.status not in GONE:
        raise DeliveryRefused(f"L’éditeur refuse l’annulation (HTTP {answer.status}).")
    _keep(booking, at_editor=BookingState.CANCELLED)


def _sent(booking: Booking, method: str, state: BookingState) -> Written:
    assert booking.editor is not None  # noqa: S101 - only those at editors have a delivery
    path = "Appointment"
    if method == "PUT":
        path += f"?identifier={quote('|'.join(identifier_of(booking)), safe=':/')}"
    return write(peer_of(booking.editor), Flow.APPOINTMENT, method, path, body=appointment(booking, state))


@transaction.atomic
def _end(booking: Booking, state: BookingState, *, at_editor: str) -> None:
    """Write down what the editor answered; somebody who cancelled meanwhile, or the editor's own news, is kept."""
    if not Booking.objects.filter(pk=booking.pk, at_editor=booking.at_editor).update(at_editor=at_editor):
        return
    kind = EventKind.BOOKED if state == BookingState.BOOKED else EventKind.REFUSED
    booking.at_editor = at_editor
    if move(booking, BookingState.PENDING, state, actor=f"editor:{booking.editor_id}", kind=kind):
        replacing.settle(booking)
        notices.tell_taken(booking) if state == BookingState.BOOKED else notices.tell_changed(booking)


def _keep(booking: Booking, **changed: object) -> None:
    Booking.objects.filter(pk=booking.pk).update(**changed)
    for name, value in changed.items():
        setattr(booking, name, value)
