"""What was acknowledged, written down as it was: appointments of an editor, invitations of a structure."""

import http.client
import itertools
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db import DatabaseError, connection

from directory.models import Invitation
from directory.participation.invitations import invite
from tests.booking.cast import SYSTEM, appointment
from tests.communities import cast

BEGAN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
STATUSES = ("booked", "fulfilled", "noshow", "cancelled")


@dataclass
class Ledger:
    """`appointments`: value → the last status that was acknowledged. `invited`: whose invitation was committed."""

    appointments: dict[str, str] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)
    invited: set[str] = field(default_factory=set)
    retries: int = 0
    moved: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Editor:
    """Writes appointments as a patient editor does: the same write again until it is acknowledged."""

    def __init__(self, ledger: Ledger, port: int, number: int) -> None:
        self.ledger, self.port, self.number = ledger, port, number
        self._chance = random.Random(number)

    def work(self) -> None:
        for serial in itertools.count():
            if self.ledger.stopping.is_set():
                return
            value = f"{self.number}-{serial}"
            self._write("POST", value, "booked", minutes=0)
            for minutes in range(1, self._chance.randrange(1, 4)):
                self._write("PUT", value, self._chance.choice(STATUSES), minutes=minutes)

    def _write(self, method: str, value: str, status: str, *, minutes: int) -> None:
        said = {"lastUpdated": (BEGAN + timedelta(minutes=minutes)).isoformat()}
        body = json.dumps(appointment(value, status=status, meta=said))
        path = "/fhir/Appointment" + (f"?identifier={quote(f'{SYSTEM}|{value}')}" if method == "PUT" else "")
        while (location := self._acknowledged(method, path, body)) is None:
            self.ledger.retries += 1
            time.sleep(0.05)
        with self.ledger.lock:
            self.ledger.appointments[value] = status
            if self.ledger.locations.setdefault(value, location) != location:
                self.ledger.moved.append(value)

    def _acknowledged(self, method: str, path: str, body: str) -> str | None:
        """Return the Location of a 2xx; None when nothing, or a failure of the portal, came back."""
        peer = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Content-Type": "application/fhir+json", "X-SAS-Editor-Secret": "secret-Alpha"}
            peer.request(method, path, body, headers)
            answer = peer.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            peer.close()
        if answer.status in {200, 201}:
            return answer.headers["Location"]
        assert answer.status in {500, 502, 503, 504}, (answer.status, content)
        return None


def invited(many: int) -> range:
    """Numbers of practitioners nobody else of the cast has."""
    return range(5_000, 5_000 + many)


def invite_all(ledger: Ledger, actor: Any, *, many: int) -> None:
    """Invite one practitioner after another; a commit whose answer was lost is looked up, never assumed."""
    for number in invited(many):
        if ledger.stopping.is_set():
            return
        who = cast.rpps(number)
        while who not in ledger.invited:
            try:
                if not Invitation.objects.filter(national_id=who).exists():
                    invite(actor=actor, structure=cast.AGENAIS, national_id=who)
                ledger.invited.add(who)
            except DatabaseError:
                connection.close()
                ledger.retries += 1
                time.sleep(0.1)
        time.sleep(0.1)
    connection.close()
