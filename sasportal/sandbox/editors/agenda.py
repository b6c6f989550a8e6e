"""One editor's agenda: what is open, what is taken."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sasportal.sandbox.editors.bookings import Bookings
from sasportal.sandbox.editors.config import EditorConfig
from sasportal.sandbox.editors.generation import Opening, opening_with_id, openings
from sasportal.sandbox.editors.people import Community, Person, read_people
from sasportal.sandbox.editors.queries import Query

COMMUNITY_REACH = timedelta(hours=48)


@dataclass(kw_only=True)
class Agenda:
    config: EditorConfig
    people: dict[str, Person]  # by FHIR id
    communities: tuple[Community, ...]
    bookings: Bookings

    @classmethod
    def of(cls, config: EditorConfig, bookings: Bookings) -> "Agenda":
        people = read_people(config.agenda_file, config.kind)
        communities = {one.finess: one for person in people for one in person.communities}
        return cls(
            config=config,
            people={person.id: person for person in people},
            communities=tuple(communities.values()),
            bookings=bookings,
        )

    def free(self, person: Person, now: datetime) -> list[Opening]:
        """Openings nobody took, from now on, by start."""
        all_of_them = openings(person, now, seed=self.config.slug, neighbours=self.communities)
        free = [one for one in all_of_them if one.start >= now and not self.bookings.is_taken(one.id)]
        return sorted(free, key=lambda one: one.start)

    def opening(self, person: Person, opening_id: str, now: datetime) -> Opening | None:
        """The opening behind a booking page, taken or not."""
        return opening_with_id(person, opening_id, now, seed=self.config.slug, neighbours=self.communities)

    def answer(self, query: Query, now: datetime) -> list[Opening]:
        """The slots a question may get, by practitioner then start."""
        if query.status not in {"", "free"}:
            return []
        asked = dict.fromkeys(query.national_ids)
        by_national_id = {person.national_id: person for person in self.people.values()}
        found: list[Opening] = []
        for person in (by_national_id[one] for one in asked if one in by_national_id):
            inside = (one for one in self.free(person, now) if query.after <= one.start <= query.before)
            found += self._as_asked(inside, query, now)
        return found

    def _as_asked(self, inside: Iterable[Opening], query: Query, now: datetime) -> list[Opening]:
        """Keep the mark of a community only where the question and the 48 hours allow it."""
        return [found for one in inside if (found := self._shown(one, query, now)).types]

    @staticmethod
    def _shown(one: Opening, query: Query, now: datetime) -> Opening:
        shared = query.with_communities and one.start <= now + COMMUNITY_REACH
        if shared:
            return one
        return replace(one, types=tuple(code for code in one.types if code != "CPTS"), communities=())
