"""Every declaration, as administrators look for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import F, Q, QuerySet

from directory.effectors.rights import name_of
from directory.models import Activity, Participation, ParticipationVia, Practitioner, Structure
from directory.participation.history import last_day, structure_names
from directory.zones import DEFAULT_ZONE
from sasportal.accounts.identifiers import prefixed
from sasportal.audit.authors import named
from sasportal.spelling import plain

SHORTEST_TEXT = 3


class State(StrEnum):
    IN_FORCE = "en-vigueur"
    TO_COME = "a-venir"
    ENDED = "close"


STATES = {State.IN_FORCE: "en vigueur", State.TO_COME: "à venir", State.ENDED: "close"}


@dataclass(frozen=True, kw_only=True)
class ListedDeclaration:
    national_id: str
    name: str
    via: str
    structure: str
    place: str  # "": everywhere
    since: datetime
    until: str
    state: str
    by: str
    declared_at: datetime


def declarations(*, text: str = "", via: str = "", state: str = "", now: datetime) -> QuerySet[Participation]:
    """Rows newest first; `text` is a number, or the beginning of a person's or a word of a structure's name."""
    found = Participation.objects.filter(_said(text), _in_state(state, now))
    return (found.filter(via=via) if via else found).order_by("-pk")


def described(rows: Sequence[Participation], *, now: datetime) -> list[ListedDeclaration]:
    """Put names to numbers; four queries for any number."""
    ids = [row.national_id for row in rows]
    people = Practitioner.objects.in_bulk(ids)
    names = structure_names(row.structure for row in rows)
    authors = named(row.declared_by for row in rows)
    places = _places(rows)
    return [
        ListedDeclaration(
            national_id=row.national_id,
            name=name_of(people[row.national_id]) if row.national_id in people else row.national_id,
            via=str(ParticipationVia(row.via).label),
            structure=names.get(row.structure, row.structure),
            place=places.get((row.national_id, row.place_key), "un ancien lieu") if row.place_key else "",
            since=row.starts_at,
            until=last_day(row.starts_at, row.ends_at, DEFAULT_ZONE),
            state=STATES[state_of(row, now)],
            by=authors[row.declared_by],
            declared_at=row.declared_at,
        )
        for row in rows
    ]


def state_of(row: Participation, now: datetime) -> State:
    if row.ends_at is not None and row.ends_at <= max(now, row.starts_at):
        return State.ENDED
    return State.TO_COME if row.starts_at > now else State.IN_FORCE


def _in_state(state: str, now: datetime) -> Q:
    never, open_still = Q(ends_at=F("starts_at")), Q(ends_at=None) | Q(ends_at__gt=now)
    match state:
        case State.IN_FORCE:
            return open_still & Q(starts_at__lte=now)
        case State.TO_COME:
            return open_still & Q(starts_at__gt=now) & ~never
        case State.ENDED:
            return Q(ends_at__lte=now) | never
        case _:
            return Q()


def _said(text: str) -> Q:
    compact = "".join(text.split())
    if not compact:
        return Q()
    if any(char.isdigit() for char in compact):
        return Q(national_id=prefixed(compact)) | Q(structure=compact.upper())
    name = plain(text)
    if len(name) < SHORTEST_TEXT:
        return Q(pk=None)
    people = Practitioner.objects.filter(Q(search_name__startswith=name) | Q(search_name_given_first__startswith=name))
    through = Structure.objects.filter(category__in=["604", "603", "SOS"], search_name__contains=name)
    codes = {one.finess or one.siret for one in through}
    return Q(national_id__in=people.values("national_id")) | Q(structure__in=codes)


def _places(rows: Sequence[Participation]) -> dict[tuple[str, str], str]:
    """Labels of the places that some rows name."""
    wanted = [row for row in rows if row.place_key]
    found = Activity.objects.filter(
        practitioner_id__in=[row.national_id for row in wanted], place_key__in=[row.place_key for row in wanted]
    )
    return {(one.practitioner_id, one.place_key): ", ".join(filter(None, [one.line, one.city])) for one in found}
