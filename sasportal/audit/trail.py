"""The trail: write one fact, and prove afterwards that no fact was altered or removed.

Each entry holds the hash of the one before it. Ids have no gap. A trigger in the database refuses
UPDATE, DELETE and TRUNCATE; the chain shows what somebody with the right to drop that trigger did.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from sasportal.accounts.models import User
from sasportal.audit.models import Entry

FIRST_PREVIOUS_HASH = "0" * 64
CHAIN_LOCK = 0x5A5_A0D17  # one writer at a time: the key of PostgreSQL's advisory lock
SYSTEM = "system"
NOBODY = "anonymous"


@dataclass(frozen=True, kw_only=True)
class Fault:
    entry_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What reading the whole trail showed; `last_hash` is worth noting outside the database."""

    entries: int
    last_hash: str
    faults: tuple[Fault, ...]


def record(*, actor: User | str, action: str, target: str = "", origin: str = "", **detail: Any) -> Entry:
    """Append one fact, in the caller's transaction if there is one (then call it last: it locks the chain).

    `actor` is a user, `SYSTEM`, `NOBODY` or "editor:<id>"; `origin` where the act came from.
    `detail` holds ids and codes, never names, tokens or patient data.
    """
    entry = Entry(
        at=timezone.now(),
        actor=name_of(actor),
        action=_text(action, 60),
        target=_text(target, 120),
        origin=_text(origin, 60),
        detail=_plain(detail),
    )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        last = Entry.objects.order_by("-id").values_list("id", "hash").first() or (0, FIRST_PREVIOUS_HASH)
        entry.id, entry.previous_hash = last[0] + 1, last[1]
        entry.hash = fingerprint(entry)
        entry.save(force_insert=True)
    return entry


def name_of(actor: User | str) -> str:
    """How an actor is written down, here and as the author of a row."""
    return _text(actor if isinstance(actor, str) else str(actor.technical_id), 60)


def origin_of(request: HttpRequest | None) -> str:
    """Return the address a request came from, as `origin` of an entry."""
    return str(request.META.get("REMOTE_ADDR", "")) if request else ""


def verify() -> Verdict:
    """Read the whole trail in order, in constant memory, and name every entry that does not hold."""
    faults: list[Fault] = []
    count, previous_id, previous_hash = 0, 0, FIRST_PREVIOUS_HASH
    for entry in _in_order():
        faults += _faults_of(entry, previous_id=previous_id, previous_hash=previous_hash)
        count, previous_id, previous_hash = count + 1, entry.id, entry.hash
    return Verdict(entries=count, last_hash=previous_hash, faults=tuple(faults))


def fingerprint(entry: Entry) -> str:
    fields = [
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.target,
        entry.origin,
        entry.detail,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _in_order() -> Iterator[Entry]:
    return Entry.objects.order_by("id").iterator(chunk_size=2000)


def _faults_of(entry: Entry, *, previous_id: int, previous_hash: str) -> list[Fault]:
    faults = []
    if entry.id != previous_id + 1:
        faults.append(Fault(entry_id=entry.id, what=f"entrées {previous_id + 1} à {entry.id - 1} absentes"))
    if entry.previous_hash != previous_hash:
        faults.append(Fault(entry_id=entry.id, what="ne suit pas l'entrée précédente"))
    if entry.hash != fingerprint(entry):
        faults.append(Fault(entry_id=entry.id, what="contenu modifié"))
    return faults


def _text(value: str, longest: int) -> str:
    """Make text PostgreSQL takes: no NUL, no lone surrogate, not too long."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:longest]


def _plain(value: Any) -> Any:
    """Reduce to what JSON gives back unchanged, so that the hash can be computed again."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return _text(value, 500)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case dict():
            return {_text(str(key), 60): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return _text(str(value), 500)
