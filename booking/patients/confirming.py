"""Confirm what was prepared: one booking however often it is sent, never one place too many."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agenda.own.offer import SlotFull, SlotGone, SlotPast, lock, take_place
from booking.patients import asked, drafts, editor_slots, notices, replacing
from booking.patients.history import write
from booking.patients.models import OPEN_STATES, Booking, BookingState, Draft, EventKind, Meeting, Person, Scope
from booking.patients.people import NotYours, allowed, identity_of
from sasportal.accounts.models import User
from sasportal.vault.sealing import seal

__all__ = [
    "Incomplete",
    "MovedAlready",
    "Overlaps",
    "SlotFull",
    "SlotGone",
    "SlotPast",
    "TooMany",
    "confirm",
    "overlapping",
]

MOST_OPEN = 2


class Incomplete(Exception):
    """For whom, or why, was not said yet."""


class TooMany(Exception):
    """This person has two open bookings of this specialty already."""


@dataclass
class MovedAlready(Exception):
    """Another time was asked or booked in its place meanwhile, in another tab or by a relative."""

    replacement: Booking


@dataclass
class Overlaps(Exception):
    """At that time the person has these already; to be confirmed knowingly."""

    bookings: list[Booking]


def confirm(*, actor: User, draft: Draft, knowingly: bool = False) -> Booking:
    """Book what was prepared; the same draft again gives the same booking.

    `knowingly`: the person saw that it overlaps another. Raises `Incomplete`, `NotYours`, `TooMany`, `Overlaps`,
    `MovedAlready`, `SlotFull`, `SlotPast`, `SlotGone`: then nothing changed.
    """
    person = draft.person
    if person is None or not draft.readable:
        raise Incomplete
    if not allowed(actor, person, Scope.BOOK, now=timezone.now()):
        raise NotYours
    with transaction.atomic():
        drafts.wait_for_others("patient-booking", person.index)
        known = Booking.objects.filter(pk=draft.pk).first()
        if known:
            return known
        return _booked(actor, draft, person, knowingly=knowingly)


def _booked(actor: User, draft: Draft, person: Person, *, knowingly: bool) -> Booking:
    now = timezone.now()
    if draft.moves and (other := replacing.replacement_of(draft.moves)):
        raise MovedAlready(other)
    _refuse_too_many(draft, person, now)
    if not knowingly and (others := overlapping(draft, person)):
        raise Overlaps(others)
    # Both occurrences of a move are locked in one order: two people swapping places do not wait for each other
    if draft.moves:
        for pk in sorted(filter(None, {draft.occurrence_id, draft.moves.occurrence_id})):
            lock(pk)
    if draft.occurrence_id is None:
        return _asked(draft, person, actor, now)
    row = take_place(occurrence_id=draft.occurrence_id, now=now, shown_start=draft.start, hold=draft.pk)
    drafts.public(row)
    booking = _written(draft, person, BookingState.BOOKED, now)
    if draft.moves:
        replacing.give_up(Booking.objects.get(pk=draft.moves.pk), actor=actor)
    write(booking, EventKind.BOOKED, actor)
    notices.tell_taken(booking)
    drafts.forget(draft)
    return booking


def _asked(draft: Draft, person: Person, actor: User, now: datetime) -> Booking:
    """Ask it of its editor: written down with the booking, sent afterwards."""
    editor_slots.keep(draft, now=now)
    booking = _written(draft, person, BookingState.PENDING, now)
    write(booking, EventKind.ASKED, actor)
    asked.ask(booking)
    drafts.forget(draft)
    return booking


def _refuse_too_many(draft: Draft, person: Person, now: datetime) -> None:
    same = open_of(person, but=draft.moves).filter(specialty=draft.specialty, start__gt=now)
    if same.count() >= MOST_OPEN:
        raise TooMany


def overlapping(meeting: Draft, person: Person) -> list[Booking]:
    """Open bookings of this person that share an instant with this meeting, whoever made them."""
    shared = open_of(person, but=meeting.moves).filter(start__lt=meeting.end, end__gt=meeting.start)
    return list(shared.order_by("start"))


def open_of(person: Person, *, but: Booking | None) -> QuerySet[Booking]:
    """What this person is to go to, whoever booked it, less the one being moved."""
    found = Booking.objects.filter(person_index=person.index, state__in=OPEN_STATES)
    return found.exclude(pk=but.pk) if but else found


def _written(draft: Draft, person: Person, state: BookingState, now: datetime) -> Booking:
    same = {field.name: getattr(draft, field.name) for field in Meeting._meta.fields}
    booking = Booking(
        id=draft.pk, state=state, account_id=person.account_id, person=person, person_index=person.index,
        replaces=draft.moves, search=draft.search, booked_at=now, changed_at=now, **same,
    )  # fmt: skip
    seal(booking, identity_of(person).sealed_as() | {"kind": person.kind} | drafts.reason_of(draft))
    booking.save(force_insert=True)
    return booking
