"""Who takes part in the SAS through one structure: since when, at which places; and ending it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from directory.addresses import address_of_practitioner
from directory.communities.rights import Part, load_structure
from directory.effectors.rights import name_of
from directory.models import Activity, Participation, ParticipationVia, Practitioner
from directory.participation.declaring import end_through
from directory.participation.reading import in_force_at
from directory.participation.stretches import EVERYWHERE
from directory.professions import profession_label, specialty_label
from directory.zones import local_day
from sasportal.accounts.models import User
from sasportal.outbox.deliveries import deliver
from sasportal.spelling import plain
from sasportal.wording import within


class Row(NamedTuple):
    """One declaration through the structure."""

    national_id: str
    place: str
    start: datetime
    end: datetime | None


class Span(NamedTuple):
    start: datetime
    end: datetime | None


class Practice(NamedTuple):
    """One place of practice, with one know-how."""

    national_id: str
    place: str
    specialty: str
    specialty_label: str
    line: str
    city: str


@dataclass(frozen=True, kw_only=True)
class Membership:
    """An uninterrupted stretch of taking part; `places` none: everywhere. `upcoming`: it has not begun."""

    since: datetime
    until: datetime | None
    places: tuple[str, ...]
    upcoming: bool


@dataclass(frozen=True, kw_only=True)
class Member:
    national_id: str
    name: str
    profession: str
    specialty: str
    town: str
    since: date
    until: date | None  # the last day
    upcoming: bool
    places: tuple[str, ...]  # in words; none: all of his places
    beside: tuple[str, ...]  # other ways he takes part in now

    def answers(self, words: Iterable[str]) -> bool:
        text = plain(f"{self.name} {self.profession} {self.specialty} {self.town} {self.national_id}")
        return all(word in text for word in words)


def read_members(code: str, *, zone: str, now: datetime) -> list[Member]:
    """Everybody who takes part through the structure, or soon will, by name; days on its clock.

    Four queries for any number.
    """
    memberships = _memberships(code, now)
    people = Practitioner.objects.filter(national_id__in=memberships, closed_at=None).order_by("search_name")
    practices = _practices(memberships)
    beside = _beside(memberships, code, now)
    return [
        _member(
            one,
            memberships[one.national_id],
            practices.get(one.national_id, []),
            beside=beside.get(one.national_id, ()),
            zone=zone,
        )
        for one in people
    ]


def count_members(codes: Collection[str], *, now: datetime) -> dict[str, int]:
    """How many take part through each structure now, as regulators count them; one query."""
    listed = Practitioner.objects.filter(national_id=OuterRef("national_id"), closed_at=None)
    through = Participation.objects.filter(in_force_at(now), Exists(listed), structure__in=codes)
    return dict(through.values_list("structure").annotate(Count("national_id", distinct=True)))


def chosen(members: Iterable[Member], text: str) -> list[Member]:
    """Those whose name, trade, town or number hold every word of `text`."""
    words = plain(text).split()
    return [member for member in members if member.answers(words)]


@transaction.atomic
def end_membership(*, actor: User, code: str, national_id: str) -> bool:
    """End what the practitioner declared through the structure and tell him; False: he takes no part any more.

    Raises PractitionerUnknown, and those of load_structure.
    """
    load_structure(actor=actor, code=code, part=Part.MEMBERS)
    if not end_through(actor=actor, national_id=national_id, structure=code):
        return False
    if address_of_practitioner(national_id):
        deliver("membership-ended", structure=code, national_id=national_id)
    return True


def membership(rows: Sequence[Row], now: datetime) -> Membership | None:
    """The stretch these rows make now, else the next one; declaring other places in between does not interrupt it."""
    ahead = [span for span in spans(rows) if span.end is None or span.end > now]
    if not ahead:
        return None
    since, until = ahead[0]
    at = max(now, since)
    places = sorted({row.place for row in rows if row.start <= at and (row.end is None or row.end > at)})
    return Membership(
        since=since, until=until, places=() if EVERYWHERE in places else tuple(places), upcoming=since > now
    )


def spans(rows: Iterable[Row]) -> list[Span]:
    """What the rows cover together, in order, without holes."""
    found: list[Span] = []
    for row in sorted((row for row in rows if row.start != row.end), key=lambda row: row.start):
        last = found[-1] if found else None
        if last is None or (last.end is not None and row.start > last.end):
            found.append(Span(row.start, row.end))
        elif last.end is not None:
            found[-1] = Span(last.start, None if row.end is None else max(last.end, row.end))
    return found


def _memberships(code: str, now: datetime) -> dict[str, Membership]:
    rows: dict[str, list[Row]] = {}
    through = Participation.objects.filter(structure=code)
    for row in map(Row._make, through.values_list("national_id", "place_key", "starts_at", "ends_at")):
        rows.setdefault(row.national_id, []).append(row)
    found = {national_id: membership(own, now) for national_id, own in rows.items()}
    return {national_id: one for national_id, one in found.items() if one is not None}


def _practices(national_ids: Iterable[str]) -> dict[str, list[Practice]]:
    found: dict[str, list[Practice]] = {}
    rows = Activity.objects.filter(practitioner_id__in=list(national_ids), closed_at=None).order_by("id")
    for one in map(
        Practice._make,
        rows.values_list("practitioner_id", "place_key", "specialty", "specialty_label", "line", "city"),
    ):
        found.setdefault(one.national_id, []).append(one)
    return found


def _beside(national_ids: Iterable[str], code: str, now: datetime) -> dict[str, tuple[str, ...]]:
    others = Participation.objects.filter(in_force_at(now), national_id__in=list(national_ids))
    others = others.exclude(structure=code).exclude(via=ParticipationVia.NONE)
    found: dict[str, set[str]] = {}
    for national_id, via in others.values_list("national_id", "via"):
        found.setdefault(national_id, set()).add(within(str(ParticipationVia(via).label)))
    return {national_id: tuple(sorted(ways)) for national_id, ways in found.items()}


def _member(
    person: Practitioner, one: Membership, practices: Sequence[Practice], *, beside: tuple[str, ...], zone: str
) -> Member:
    first = practices[0] if practices else None
    labels: Mapping[str, str] = {practice.place: _label(practice) for practice in practices}
    return Member(
        national_id=person.national_id,
        name=name_of(person),
        profession=profession_label(person.profession),
        specialty=specialty_label(first.specialty, first.specialty_label) if first else "",
        town=first.city if first else "",
        since=local_day(one.since, zone),
        until=local_day(one.until - timedelta.resolution, zone) if one.until else None,
        upcoming=one.upcoming,
        places=tuple(labels.get(place, "un lieu fermé depuis") for place in one.places),
        beside=beside,
    )


def _label(practice: Practice) -> str:
    return ", ".join(filter(None, [practice.line, practice.city])) or "lieu sans adresse"
