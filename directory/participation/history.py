"""What one practitioner declared, act by act: who said what, when, for which places, and what it ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from directory.effectors.places import places_of
from directory.models import Participation, ParticipationVia, Structure
from directory.participation.stretches import EVERYWHERE
from directory.zones import DEFAULT_ZONE, local_day
from sasportal.audit.authors import named
from sasportal.wording import within

OTHER_PLACE = "un lieu qui n’est plus le sien"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One way of taking part, in words: "via une CPTS", its structure, the places (none: everywhere), the days.

    `later`: it was to begin after it was said. `never`: it was withdrawn before it began.
    """

    via: str
    structure: str
    places: tuple[str, ...]
    since: str
    until: str
    later: bool
    never: bool


@dataclass(frozen=True, kw_only=True)
class Act:
    """One declaration, or one end of membership. `again`: what goes on beside, or comes back after, what was said."""

    at: datetime
    by: str
    said: tuple[Said, ...]
    again: tuple[Said, ...]
    ended: tuple[Said, ...]


def history(national_id: str) -> tuple[Act, ...]:
    """Every act, newest first; five queries."""
    rows = list(Participation.objects.filter(national_id=national_id).order_by("pk"))
    reader = _Reader(national_id, rows)
    acts = {one for row in rows for one in (row.act, row.end_act) if one is not None}
    return tuple(sorted((reader.act(one) for one in acts), key=lambda act: act.at, reverse=True))


class _Reader:
    """Turns the rows of one practitioner into words."""

    def __init__(self, national_id: str, rows: list[Participation]) -> None:
        self.rows = rows
        places = places_of([national_id])[national_id]
        self.labels = {place.key: place.label for place in places}
        self.zone = places[0].time_zone if places else DEFAULT_ZONE
        self.names = structure_names(row.structure for row in rows)
        self.authors = named({row.declared_by for row in rows} | {row.ended_by for row in rows if row.ended_by})

    def act(self, act: UUID) -> Act:
        opened = [row for row in self.rows if row.act == act]
        ended = [row for row in self.rows if row.end_act == act]
        first = (opened or ended)[0]
        return Act(
            at=first.declared_at if opened else first.end_declared_at or first.declared_at,
            by=self.authors[first.declared_by if opened else first.ended_by],
            said=self._said(row for row in opened if not row.carried_over),
            again=self._said(row for row in opened if row.carried_over),
            ended=self._said(ended),
        )

    def _said(self, rows: Iterable[Participation]) -> tuple[Said, ...]:
        """One line for each way and period, over its places."""
        grouped: dict[tuple[object, ...], list[Participation]] = {}
        for row in rows:
            grouped.setdefault((row.via, row.structure, row.starts_at, row.ends_at), []).append(row)
        return tuple(self._line(alike) for alike in grouped.values())

    def _line(self, alike: list[Participation]) -> Said:
        """Say rows that differ by their place only."""
        first, keys = alike[0], {row.place_key for row in alike}
        everywhere = EVERYWHERE in keys
        return Said(
            via=within(str(ParticipationVia(first.via).label)),
            structure=self.names.get(first.structure, first.structure),
            places=() if everywhere else tuple(sorted(self.labels.get(key, OTHER_PLACE) for key in keys)),
            since=f"{local_day(first.starts_at, self.zone):%d/%m/%Y}",
            until=last_day(first.starts_at, first.ends_at, self.zone),
            later=first.starts_at > first.declared_at,
            never=first.starts_at == first.ends_at,
        )


def last_day(start: datetime, end: datetime | None, zone: str) -> str:
    """The last day of a period; "" when it is open."""
    if end is None:
        return ""
    return f"{local_day(max(start, end - timedelta.resolution), zone):%d/%m/%Y}"


def structure_names(codes: Iterable[str]) -> Mapping[str, str]:
    """Names by FINESS and by SIRET; one query."""
    wanted = {code for code in codes if code}
    found = Structure.objects.filter(finess__in=wanted) | Structure.objects.filter(finess=None, siret__in=wanted)
    return {one.finess or one.siret: one.name for one in found}
