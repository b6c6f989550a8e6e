"""What was booked at one editor, kept in a small file so that a restart forgets nothing."""

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4


class Status(StrEnum):
    BOOKED = "booked"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {"booked": "réservé", "fulfilled": "honoré", "noshow": "patient absent", "cancelled": "annulé"}[self]


class SlotTaken(Exception):
    """Somebody took this slot before."""


@dataclass(kw_only=True)
class Booking:
    """An appointment taken from the SAS. `sent` is the last version the platform acknowledged."""

    id: str
    opening_id: str
    person_id: str
    national_id: str
    person_name: str
    operator: str
    operator_name: str
    start: str
    end: str
    created: str
    changed: str
    status: Status = Status.BOOKED
    # The association has yet to say yes (SOS Médecins)
    awaits: bool = False
    version: int = 1
    sent: int = 0
    refusal: str = ""
    # Asked by a patient on the platform: its identifier there, who comes
    system: str = ""
    value: str = ""
    patient: str = ""

    @property
    def by_patient(self) -> bool:
        return bool(self.system)

    @property
    def pending(self) -> bool:
        """Does the platform still have to be told?"""
        return self.sent < self.version and not self.refusal


@dataclass(kw_only=True)
class Bookings:
    path: Path
    all: dict[str, Booking] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # ids of openings, those taken by nobody's appointment included

    @classmethod
    def read(cls, path: Path) -> "Bookings":
        bookings = cls(path=path)
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            bookings.taken = set(kept["taken"])
            for row in kept["bookings"]:
                booking = Booking(**row | {"status": Status(row["status"])})
                bookings.all[booking.id] = booking
        return bookings

    def write(self) -> None:
        """Write the whole file, all or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"taken": sorted(self.taken), "bookings": [asdict(one) for one in self.all.values()]}
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(beside, self.path)

    def is_taken(self, opening_id: str) -> bool:
        return opening_id in self.taken

    def of_operator(self, operator: str) -> list[Booking]:
        mine = [one for one in self.all.values() if one.operator == operator]
        return sorted(mine, key=lambda one: one.created, reverse=True)

    def of_patients(self) -> list[Booking]:
        asked = [one for one in self.all.values() if one.by_patient]
        return sorted(asked, key=lambda one: one.created, reverse=True)

    def asked_as(self, system: str, value: str) -> Booking | None:
        return next((one for one in self.all.values() if (one.system, one.value) == (system, value)), None)

    def take(self, booking: Booking) -> Booking:
        """Keep a new appointment; raise SlotTaken when the slot is gone."""
        self.block(booking.opening_id)
        self.all[booking.id] = booking
        self.write()
        return booking

    def block(self, opening_id: str) -> None:
        if opening_id in self.taken:
            raise SlotTaken
        self.taken.add(opening_id)
        self.write()

    def move(self, booking: Booking, *, opening_id: str, start: str, end: str, now: datetime) -> None:
        self.block(opening_id)
        self.taken.discard(booking.opening_id)
        booking.opening_id, booking.start, booking.end = opening_id, start, end
        self._changed(booking, now)

    def close(self, booking: Booking, status: Status, *, now: datetime) -> None:
        """End an appointment; a cancelled one frees its slot."""
        booking.status = status
        if status is Status.CANCELLED:
            self.taken.discard(booking.opening_id)
        self._changed(booking, now)

    def confirm(self, booking: Booking, *, now: datetime) -> None:
        """The association says yes at last."""
        booking.awaits = False
        self._changed(booking, now)

    def acknowledged(self, booking: Booking, version: int) -> None:
        booking.sent = version
        self.write()

    def refused(self, booking: Booking, why: str) -> None:
        booking.refusal = why
        self.write()

    def _changed(self, booking: Booking, now: datetime) -> None:
        booking.version += 1
        booking.changed = now.isoformat()
        booking.refusal = ""
        self.write()


def new_id() -> str:
    return str(uuid4())
