"""The history of a booking, in words for the person it is about: who did or read what, and when."""

from dataclasses import dataclass

from booking.patients.lines import at
from booking.patients.models import Booking, BookingEvent, EventKind
from sasportal.accounts.models import User, UserKind
from sasportal.audit.authors import accounts
from sasportal.audit.trail import SYSTEM


@dataclass(frozen=True, kw_only=True)
class EventLine:
    when: str
    what: str
    who: str


def event_lines(booking: Booking, account: User) -> list[EventLine]:
    """Newest first; two queries."""
    events = list(booking.events.order_by("-id"))
    known = accounts({event.by for event in events})
    return [_line(event, booking, known.get(event.by), account) for event in events]


def _line(event: BookingEvent, booking: Booking, author: User | None, account: User) -> EventLine:
    return EventLine(
        when=at(event.at, "Europe/Paris"),
        what=EventKind(event.kind).label,
        who=_who(event, booking, author, account),
    )


def _who(event: BookingEvent, booking: Booking, author: User | None, account: User) -> str:
    if author is not None and author.pk == account.pk:
        return "vous"
    if author is not None:
        return f"le cabinet ({author})" if author.kind == UserKind.PROFESSIONAL else f"un proche ({author.email})"
    if event.by == SYSTEM:
        return "le portail"
    return f"le cabinet de {booking.practitioner_name}" if event.by.startswith("editor:") else "un compte supprimé"
