"""What the own agenda offers to a search, and taking a place of it without ever taking one too many.

A place is free when it is neither taken nor held (`holding.py`). Who takes or holds one locks the occurrence
first and counts afterwards, in a statement of its own: a count made before the lock could miss a hold.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from agenda.own.models import STEP_MINUTES, Hold, Occurrence, OfferKind
from agenda.slots import OWN_EDITOR, Consultation, Cpts, Slot, SlotPlace, SlotType
from agenda.windows import Window
from directory.found import Candidate, CandidatePlace
from directory.models import Absence

KEY_PREFIX = "own:"
HELD = "held"  # column of `with_places`


class SlotFull(Exception):
    """Every place is taken."""


class SlotPast(Exception):
    """It is over, or has begun and cannot be joined."""


class SlotGone(Exception):
    """Withdrawn, moved, hidden by an absence, or never there."""


def own_slots(candidates: Sequence[Candidate], *, window: Window, now: datetime) -> tuple[Slot, ...]:
    """Return the slots with a free place that begin within `window`, by start. One query.

    A range that has begun is offered from the next quarter of an hour to its end. Those an absence masks are
    there too: visibility hides them and says why, taking them is refused.
    """
    people = {candidate.national_id: candidate for candidate in candidates}
    if not people:
        return ()
    offered = with_places(now).filter(national_id__in=list(people), start__lte=window.end, end__gt=window.start)
    slots = []
    for row in offered.order_by("start", "pk"):
        candidate = people[row.national_id]
        place = next((place for place in candidate.places if place.key == row.place_key), None)
        start = offered_from(row, now)
        if place and window.start <= start <= window.end and start < row.end:
            slots.append(_slot(row, candidate=candidate, place=place, start=start, held=getattr(row, HELD)))
    return tuple(slots)


@transaction.atomic
def take_place(
    *, occurrence_id: int, now: datetime, shown_start: datetime | None = None, hold: UUID | None = None
) -> Occurrence:
    """Take one place, atomically; return the occurrence as it is afterwards.

    `shown_start` is the start the person saw: a range moved meanwhile is refused. `hold` is given up for the
    place, whether it still counts or not. Raises `SlotFull`, `SlotPast`, `SlotGone`.
    """
    lock(occurrence_id)
    if hold:
        Hold.objects.filter(pk=hold, occurrence_id=occurrence_id).delete()
    if free_as_shown(occurrence_id, shown_start, now).update(taken=F("taken") + 1):
        return Occurrence.objects.get(pk=occurrence_id)
    raise why_not(occurrence_id, now=now)


def lock(occurrence_id: int) -> None:
    """Have whoever takes or holds a place of this occurrence wait until the transaction ends."""
    list(Occurrence.objects.select_for_update(no_key=True).filter(pk=occurrence_id).values_list("pk"))


def free_as_shown(occurrence_id: int, shown_start: datetime | None, now: datetime) -> QuerySet[Occurrence]:
    """The occurrence, if it has a free place and begins when the person saw it begin."""
    there = free(now).filter(pk=occurrence_id)
    if shown_start is None:
        return there
    return there.filter(
        Q(kind=OfferKind.SLOT, start=shown_start) | Q(kind=OfferKind.RANGE, start__lte=shown_start, end__gt=shown_start)
    )


def give_back_place(*, occurrence_id: int) -> Occurrence:
    """Give one place back, even past or cancelled; raises `SlotGone` when none was taken."""
    if not Occurrence.objects.filter(pk=occurrence_id, taken__gt=0).update(taken=F("taken") - 1):
        raise SlotGone
    return Occurrence.objects.get(pk=occurrence_id)


def occurrence_of(slot_key: str) -> int:
    """Return the occurrence behind a slot's key; raises `SlotGone` for any other key."""
    number = slot_key.removeprefix(KEY_PREFIX)
    if not slot_key.startswith(KEY_PREFIX) or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise SlotGone
    return int(number)


def free(now: datetime) -> QuerySet[Occurrence]:
    """Occurrences somebody may still be sent to, absences taken out."""
    away = Absence.objects.filter(
        national_id=OuterRef("national_id"), starts_at__lt=OuterRef("end"), ends_at__gt=OuterRef("start")
    )
    return with_places(now).filter(~Exists(away))


def with_places(now: datetime) -> QuerySet[Occurrence]:
    """Occurrences still to come, or ranges under way, with a place left; `held` counts the places held now."""
    ahead = Q(start__gt=now) | Q(kind=OfferKind.RANGE, end__gt=now)
    counted = Occurrence.objects.annotate(held=_held(now))
    return counted.filter(ahead, cancelled=False, taken__lt=F("capacity") - F("held"))


def _held(now: datetime) -> Coalesce:
    holds = Hold.objects.filter(occurrence=OuterRef("pk"), expires_at__gt=now).order_by().values("occurrence")
    return Coalesce(Subquery(holds.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0)


def offered_from(row: Occurrence, now: datetime) -> datetime:
    """Return when a patient may come: the start, or the next quarter of a range already begun."""
    if row.start > now:
        return row.start
    step = timedelta(minutes=STEP_MINUTES)
    return row.start + ((now - row.start) // step + 1) * step


def _slot(row: Occurrence, *, candidate: Candidate, place: CandidatePlace, start: datetime, held: int) -> Slot:
    return Slot(
        key=f"{KEY_PREFIX}{row.pk}",
        editor_id=OWN_EDITOR,
        national_id=row.national_id,
        start=start,
        end=row.end,
        types=tuple(SlotType(code) for code in row.types),
        consultation=tuple(Consultation(code) for code in row.consultation),
        cpts=_shared_with(candidate, place, start) if SlotType.CPTS in row.types else (),
        place=SlotPlace(
            line=place.line, postal_code=place.postal_code, city=place.city,
            structure_id=place.structure_id, phone=place.phone,
        ),
        capacity=row.capacity,
        taken=row.taken + held,
    )  # fmt: skip


def _shared_with(candidate: Candidate, place: CandidatePlace, start: datetime) -> tuple[Cpts, ...]:
    """ "Ma CPTS" is the one declared for that place and that time."""
    return tuple(
        Cpts(finess=one.structure, name=one.structure_name, phone=one.structure_phone)
        for one in candidate.participations
        if one.via == "cpts" and one.covers(place.key) and one.holds_at(start)
    )


def why_not(occurrence_id: int, *, now: datetime) -> Exception:
    row = Occurrence.objects.filter(pk=occurrence_id, cancelled=False).first()
    if row is None:
        return SlotGone()
    if row.end <= now or (row.kind == OfferKind.SLOT and row.start <= now):
        return SlotPast()
    held = Hold.objects.filter(occurrence=row, expires_at__gt=now).count()
    return SlotFull() if row.taken + held >= row.capacity else SlotGone()
