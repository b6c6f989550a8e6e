"""A booking being prepared: kept on the server step after step, its place held ten minutes."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agenda.own.holding import HELD_FOR, hold_place, release
from agenda.own.models import Occurrence
from agenda.own.offer import SlotFull, SlotGone, SlotPast, occurrence_of, offered_from
from agenda.slots import SlotType
from booking.patients import editor_slots
from booking.patients.meetings import Shown, columns
from booking.patients.models import Booking, Draft, Person
from booking.patients.waiting import wait_for_others
from sasportal.accounts.models import User
from sasportal.vault.sealing import forget_keys, opened, seal

__all__ = ["DraftUnknown", "SlotFull", "SlotGone", "SlotPast", "begin", "hold_again", "load", "release",
           "wait_for_others"]  # fmt: skip

# However slowly somebody goes, a place is not held for him longer than this in all
LONGEST_HELD = timedelta(minutes=30)
KEPT_FOR = timedelta(hours=24)


class DraftUnknown(Exception):
    """Nothing is being prepared under this number, or by somebody else."""


def visitor_of(owner: str) -> str:
    """What is kept of a browser's own key: enough to know it again."""
    return hashlib.sha256(owner.encode()).hexdigest()


@transaction.atomic
def begin(*, owner: str, shown: Shown, search: UUID | None = None, account: User | None = None) -> Draft:
    """Hold the slot and begin a booking; again for the same slot, go on with the same one.

    A browser holds one place at a time. Raises `SlotFull`, `SlotPast`, `SlotGone`.
    """
    visitor = visitor_of(owner)
    wait_for_others("patient-draft", visitor)
    now = timezone.now()
    known = _known(visitor, shown.slot.key, account)
    if known:
        return hold_again(known, now=now)
    number = uuid.uuid4()
    _release_others(visitor, now)
    draft = Draft(id=number, visitor=visitor, account=account, search=search, began_at=now)
    for name, value in _held(draft, shown, now).items():
        setattr(draft, name, value)
    if not shown.slot.own:
        editor_slots.keep(draft, now=now)
    draft.save(force_insert=True)
    return draft


@transaction.atomic
def begin_move(
    *, owner: str, booking: Booking, shown: Shown, account: User, search: UUID | None = None
) -> Draft:  # fmt: skip
    """Prepare another time for a booking: same person, same reason, the new place held."""
    draft = begin(owner=owner, shown=shown, search=search, account=account)
    draft.account, draft.person, draft.moves = account, booking.person, booking
    said = opened(booking)
    seal(draft, {"reason": said["reason"], "reason_text": said["reason_text"]})
    draft.save()
    return draft


def _known(visitor: str, slot_key: str, account: User | None) -> Draft | None:
    """What this browser began for the same slot, unless another account went on with it."""
    recent = Draft.objects.filter(visitor=visitor, slot_key=slot_key, began_at__gt=timezone.now() - LONGEST_HELD)
    mine = recent.filter(Q(account=None) | Q(account=account), moves=None)
    return mine.order_by("-began_at").first()


def _release_others(visitor: str, now: datetime) -> None:
    """A new place frees the one held before; refused, the transaction gives it back."""
    held = Draft.objects.filter(visitor=visitor, held_until__gt=now)
    for other in held:
        release(other.pk)
    held.update(held_until=now)


def _held(draft: Draft, shown: Shown, now: datetime) -> dict[str, Any]:
    """The columns of the place, held for the draft; one at an editor has still to be kept."""
    until = now + HELD_FOR
    if not shown.slot.own:
        return {"held_until": until, **editor_slots.columns(shown)}
    row = hold_place(
        hold=draft.pk, occurrence_id=occurrence_of(shown.slot.key), now=now, expires_at=until,
        shown_start=shown.slot.start,
    )  # fmt: skip
    public(row)
    return {"held_until": until, **columns(shown, row, offered_from(row, now))}


def public(row: Occurrence) -> Occurrence:
    """Refuse what is no longer open to everybody; raises SlotGone."""
    if SlotType.PUBLIC not in row.types:
        raise SlotGone
    return row


@transaction.atomic
def hold_again(draft: Draft, *, now: datetime) -> Draft:
    """Take the place again once its ten minutes are over, if it is still free and for half an hour at most.

    Raises `SlotFull`, `SlotPast`, `SlotGone`.
    """
    if draft.held_until > now:
        return draft
    until = min(now + HELD_FOR, draft.began_at + LONGEST_HELD)
    if until <= now:
        return draft
    if draft.occurrence_id is None:
        editor_slots.keep(draft, now=now)
    else:
        public(hold_place(hold=draft.pk, occurrence_id=draft.occurrence_id, now=now, expires_at=until))
    Draft.objects.filter(pk=draft.pk).update(held_until=until)
    draft.held_until = until
    return draft


def load(*, draft_id: UUID, owner: str, account: User | None) -> Draft:
    """Return the draft of this browser or account; raises DraftUnknown.

    Once an account went on with it, the browser alone opens it no more.
    """
    found = Draft.objects.filter(pk=draft_id).select_related("key", "person__key", "moves__key", "occurrence").first()
    if found is None:
        raise DraftUnknown
    if found.account_id is None:
        mine = found.visitor == visitor_of(owner)
    else:
        mine = account is not None and found.account_id == account.pk
    if not mine:
        raise DraftUnknown
    return found


def claim(draft: Draft, account: User) -> None:
    """The account that signed in goes on with what its browser began; raises DraftUnknown when another did."""
    if draft.account_id is None and Draft.objects.filter(pk=draft.pk, account=None).update(account=account):
        draft.account = account
    if draft.account_id != account.pk:
        raise DraftUnknown


def choose_person(draft: Draft, person: Person) -> None:
    draft.person = person
    draft.save(update_fields=["person"])


@transaction.atomic
def write_reason(draft: Draft, said: Mapping[str, str]) -> None:
    seal(draft, said)
    draft.save(update_fields=["key", "sealed"])


def reason_of(draft: Draft) -> dict[str, str]:
    return opened(draft) if draft.readable else {}


@transaction.atomic
def give_up(draft: Draft) -> None:
    """Free the place and forget what was typed."""
    release(draft.pk)
    forget(draft)


def forget(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).delete()
    if draft.key_id:
        forget_keys([draft.key_id])


@transaction.atomic
def forget_drafts(*, now: datetime) -> None:
    """Erase what was left unfinished a day ago."""
    old = Draft.objects.filter(began_at__lte=now - KEPT_FOR)
    keys = list(old.exclude(key=None).values_list("key", flat=True))
    old.delete()
    forget_keys(keys)
