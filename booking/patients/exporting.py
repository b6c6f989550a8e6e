"""Everything this part keeps of somebody, to hand over to him: plain values, ready for JSON."""

from typing import Any

from booking.patients.access import bookings_of
from booking.patients.history import write
from booking.patients.lines import REASONS, read
from booking.patients.models import Booking, EventKind
from booking.patients.people import helpers_of, people_of, plain_content
from booking.patients.told import event_lines
from sasportal.accounts.models import User


def export(*, user: User) -> dict[str, Any]:
    """Return appointments with their history, relatives and helpers; the export is written in the history."""
    bookings = list(bookings_of(user).order_by("start"))
    said = {
        "rendez_vous": [_booking(one, user) for one in bookings],
        "personnes": [
            {"lien": one.get_kind_display(), "droits": one.scopes, "jusqu_au": str(one.ends_on or "")}
            | plain_content(one)
            for one in people_of(user)
        ],
        "aidants": [
            {"adresse": one.account.email, "droits": one.scopes, "jusqu_au": str(one.ends_on or "")}
            for one in helpers_of(user)
        ],
    }
    for one in bookings:
        write(one, EventKind.EXPORTED, user)
    return said


def _booking(booking: Booking, account: User) -> dict[str, Any]:
    content = read(booking)
    return {
        "numero": str(booking.pk),
        "etat": booking.get_state_display(),
        "debut": booking.start.isoformat(),
        "fin": booking.end.isoformat(),
        "professionnel": booking.practitioner_name,
        "specialite": booking.specialty,
        "lieu": booking.place,
        "pris_le": booking.booked_at.isoformat(),
        "patient": {name: content.get(name, "") for name in ("given_name", "family_name", "birth_date", "phone")},
        "motif": dict(REASONS).get(content.get("reason", ""), ""),
        "precision": content.get("reason_text", ""),
        "historique": [{"quand": one.when, "quoi": one.what, "qui": one.who} for one in event_lines(booking, account)],
    }
