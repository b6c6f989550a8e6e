"""How a practitioner takes part in the SAS: dated declarations, ended but never overwritten."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from directory.models import Participation, Practitioner
from directory.participation.declaration import Declaration, check, places_of
from directory.participation.refusals import DeclaredMeanwhile, PractitionerUnknown
from directory.participation.stretches import Stretch, replaced
from sasportal.accounts.identifiers import prefixed
from sasportal.accounts.models import User
from sasportal.audit import trail


@dataclass(frozen=True, kw_only=True)
class Change:
    """What declaring does to the rows of one practitioner. `kept` already say what is declared."""

    rows: tuple[Participation, ...]
    kept: tuple[Participation, ...]
    ended: dict[int, datetime]  # primary key → new end
    opened: tuple[Stretch, ...]

    @property
    def nothing(self) -> bool:
        return not self.ended and not self.opened

    @property
    def before(self) -> list[Stretch]:
        return [stretch(row) for row in self.rows]

    @property
    def after(self) -> list[Stretch]:
        former = [stretch(row, end=self.ended.get(row.pk, row.ends_at)) for row in self.rows]
        return [*former, *self.opened]


def declare(*, actor: User | str, national_id: str, declaration: Declaration) -> Sequence[Participation]:
    """Write the declaration and end what it replaces; return its rows. Said again, it changes nothing.

    Raises a DeclarationRefused that says what is wrong.
    """
    who = prefixed(national_id)
    check(national_id=who, declaration=declaration, now=timezone.now())
    try:
        with transaction.atomic():
            locked(who)
            change = plan(who, declaration, now=timezone.now())  # once it is this one's turn
            return change.kept if change.nothing else _write(change, who, declaration, actor=actor)
    except IntegrityError as error:
        raise DeclaredMeanwhile from error


@transaction.atomic
def end_through(*, actor: User | str, national_id: str, structure: str) -> bool:
    """End now whatever the practitioner declared through this structure, to come included; False: nothing to end."""
    locked(national_id)
    now = timezone.now()
    rows = rows_ahead(national_id, now=now).filter(structure=structure)
    act = uuid.uuid4()
    ended = rows.update(
        ends_at=Greatest(F("starts_at"), now), ended_by=trail.name_of(actor), end_act=act, end_declared_at=now
    )
    if ended:
        trail.record(
            actor=actor, action="participation.ended", target=national_id, structure=structure, act=str(act)
        )  # fmt: skip
    return bool(ended)


def plan(national_id: str, declaration: Declaration, *, now: datetime) -> Change:
    """Work out what declaring would end and open, writing nothing. Two queries."""
    rows = list(rows_ahead(national_id, now=now))
    wanted = declaration.stretches(now)
    kept = [row for row in rows if any(already_says(row, one) for one in wanted)]
    others = [row for row in rows if row not in kept]
    found = replaced(
        [stretch(row) for row in others], wanted,
        all_places=places_of(national_id), beside_others=declaration.beside_others,
    )  # fmt: skip
    new = [one for one in wanted if one.place not in {row.place_key for row in kept}]
    return Change(
        rows=tuple(rows),
        kept=tuple(kept),
        ended={others[number].pk: end for number, end in found.ended.items()},
        opened=(*new, *found.opened),
    )


def rows_ahead(national_id: str, *, now: datetime) -> QuerySet[Participation]:
    """Declarations in force or to come; those withdrawn before they began are out."""
    ahead = Participation.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), national_id=national_id)
    return ahead.exclude(ends_at=F("starts_at")).order_by("pk")


def stretch(row: Participation, *, end: datetime | None = None) -> Stretch:
    return Stretch(
        via=row.via, structure=row.structure, place=row.place_key, start=row.starts_at, end=end or row.ends_at
    )


def already_says(row: Participation, wanted: Stretch) -> bool:
    return (
        stretch(row).same_way(wanted)
        and row.place_key == wanted.place
        and row.starts_at <= wanted.start
        and row.ends_at == wanted.end
    )


def locked(national_id: str) -> Practitioner:
    """The practitioner's row, held until the end of the transaction: declarations of one person queue up."""
    people = Practitioner.objects.select_for_update(no_key=True).filter(closed_at=None)
    practitioner = people.filter(national_id=national_id).first()
    if practitioner is None:
        raise PractitionerUnknown(national_id)
    return practitioner


def _write(change: Change, national_id: str, declaration: Declaration, *, actor: User | str) -> Sequence[Participation]:
    by, act, now = trail.name_of(actor), uuid.uuid4(), timezone.now()
    for number, end in change.ended.items():
        Participation.objects.filter(pk=number).update(ends_at=end, ended_by=by, end_act=act, end_declared_at=now)
    opened = Participation.objects.bulk_create(
        Participation(
            act=act, national_id=national_id, via=one.via, structure=one.structure, place_key=one.place,
            starts_at=one.start, ends_at=one.end, carried_over=not declaration.says(one),
            declared_at=now, declared_by=by,
        )
        for one in change.opened
    )  # fmt: skip
    trail.record(
        actor=actor, action="participation.declared", target=national_id, via=str(declaration.via),
        structure=declaration.structure, places=list(declaration.places), starts_at=declaration.starts_at,
        ends_at=declaration.ends_at, before=_said(change.before), act=str(act),
    )  # fmt: skip
    said = {(declaration.via, declaration.structure)}
    return [*change.kept, *(row for row in opened if (row.via, row.structure) in said)]


def _said(stretches: Iterable[Stretch]) -> list[str]:
    return sorted({" ".join(filter(None, [one.via, one.structure, one.place])) for one in stretches})
