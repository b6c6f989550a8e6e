"""The agenda as a calendar feed at a secret address: what is offered and how full, never about whom."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from icalendar import Calendar, Event

from agenda.own.models import CalendarFeed, Occurrence
from agenda.own.wording import counter, held
from directory.effectors.places import Place, places_of
from directory.effectors.rights import load_effector
from sasportal.accounts.models import DelegateScope, User
from sasportal.audit import trail

TOKEN_BYTES = 16
PAST_SHOWN = timedelta(days=31)
UID_DOMAIN = "agenda.sas.invalid"


class FeedUnknown(Exception):
    """No calendar lives at this address, or no longer."""


@transaction.atomic
def create_address(*, actor: User, national_id: str) -> str:
    """Return a new secret, shown this once; the former address stops working."""
    now = timezone.now()
    load_effector(actor=actor, national_id=national_id, scope=DelegateScope.AGENDA)
    _revoke(national_id, now=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(national_id=national_id, token_sha256=digest(token), created_at=now)
    trail.record(actor=actor, action="own_feed_created", target=national_id, feed=feed.pk)
    return token


@transaction.atomic
def revoke_address(*, actor: User, national_id: str) -> bool:
    """Close the address; tell whether there was one."""
    load_effector(actor=actor, national_id=national_id, scope=DelegateScope.AGENDA)
    revoked = _revoke(national_id, now=timezone.now())
    if revoked:
        trail.record(actor=actor, action="own_feed_revoked", target=national_id)
    return revoked


def address_since(national_id: str) -> datetime | None:
    return (
        CalendarFeed.objects.filter(national_id=national_id, revoked_at=None)
        .values_list("created_at", flat=True)
        .first()
    )


def calendar_at(token: str, *, now: datetime) -> bytes:
    """Return the iCalendar text behind a secret address; raises `FeedUnknown`."""
    feed = CalendarFeed.objects.filter(token_sha256=digest(token), revoked_at=None).first()
    if feed is None:
        raise FeedUnknown
    rows = Occurrence.objects.filter(national_id=feed.national_id, start__gte=now - PAST_SHOWN).order_by("start", "pk")
    places = {place.key: place for place in places_of([feed.national_id])[feed.national_id]}
    return _calendar(_event(row, places.get(row.place_key)) for row in rows).to_ical()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _revoke(national_id: str, *, now: datetime) -> bool:
    return bool(CalendarFeed.objects.filter(national_id=national_id, revoked_at=None).update(revoked_at=now))


def _calendar(events: Iterable[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//SAS//Agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Agenda SAS")
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(event)
    return calendar


def _event(row: Occurrence, place: Place | None) -> Event:
    event = Event()
    event.add("uid", f"own-{row.pk}@{UID_DOMAIN}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("last-modified", row.changed_at.astimezone(UTC))
    event.add("dtstart", row.start.astimezone(UTC))
    event.add("dtend", row.end.astimezone(UTC))
    event.add("summary", f"SAS – {counter(row.taken, row.capacity)} patient{'s' if row.capacity > 1 else ''}")
    event.add("description", held(row.consultation).capitalize())
    event.add("status", "CANCELLED" if row.cancelled else "CONFIRMED")
    if place:
        event.add("location", place.label)
    return event
