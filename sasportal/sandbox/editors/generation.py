"""Free slots made up from the agenda file and the day: the same question gets the same answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sasportal.sandbox.editors.people import Community, Person, Place, number_of

DAYS = 3  # today, tomorrow, the day after, as the place counts them
MOST_SLOTS_OF_PROFILE = {"free": 12, "busy": 4, "full": 0}
FEWEST_SLOTS_OF_PROFILE = {"free": 5, "busy": 0, "full": 0}
WEEKDAY_HOURS = (time(8, 30), time(20, 0))
SATURDAY_HOURS = (time(8, 30), time(19, 0))
SUNDAY_HOURS = (time(9, 0), time(18, 0))
TYPES = {
    ("PUBLIC",): 40,
    ("PUBLIC", "PRO"): 16,
    ("PRO",): 16,
    ("SNP",): 16,
    ("PRO", "SNP"): 12,
}
TYPES_WITH_COMMUNITY = {("CPTS",): 45, ("PUBLIC", "CPTS"): 25, ("SNP", "CPTS"): 15, ("PRO", "SNP", "CPTS"): 15}
TYPES_OF_ASSOCIATION = {("PUBLIC",): 45, ("PUBLIC", "SNP"): 25, ("SNP",): 30}
CONSULTATIONS_OF_ASSOCIATION = {("AMB",): 85, ("AMB", "VR"): 15}
CONSULTATIONS = {("AMB",): 62, ("AMB", "VR"): 14, ("VR",): 16, ("HH",): 8}
REASONS = ("Consultation", "Soins non programmés", "Première consultation", "Visite de contrôle", "Renouvellement")
ONE_IN_WALKIN = 12
SHARE_WITH_COMMUNITY = 0.5


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A slot of the made-up agenda, free or not. Instants carry the offset of the place."""

    id: str
    person: Person
    place: Place
    start: datetime
    end: datetime
    types: tuple[str, ...]
    consultation: tuple[str, ...]
    reasons: tuple[str, ...]
    communities: tuple[Community, ...]
    walk_in: bool


def openings(person: Person, now: datetime, *, seed: str, neighbours: Sequence[Community] = ()) -> Iterator[Opening]:
    """Yield every opening of today and of the two days after, in each of the person's places.

    `neighbours` are the editor's other communities: some slots are shared with a second one.
    """
    for number, place in enumerate(person.places):
        today = now.astimezone(ZoneInfo(place.time_zone)).date()
        for offset in range(DAYS):
            yield from _openings_of_day(person, number, today + timedelta(days=offset), seed, neighbours)


def opening_with_id(
    person: Person, opening_id: str, now: datetime, *, seed: str, neighbours: Sequence[Community] = ()
) -> Opening | None:
    found = (one for one in openings(person, now, seed=seed, neighbours=neighbours) if one.id == opening_id)
    return next(found, None)


def _openings_of_day(
    person: Person, place_number: int, day: date, seed: str, neighbours: Sequence[Community]
) -> Iterator[Opening]:
    place = person.places[place_number]
    random = Random(number_of(seed, person.national_id, place.key, day))  # noqa: S311 - made-up data
    minutes = 15 + 5 * (number_of(person.national_id) % 4)
    # The doctors of an association receive in all its places at once; a practitioner cannot
    number, places = (0, 1) if person.association else (place_number, len(person.places))
    for start in _starts(random, person.profile, day, minutes, number, places, place.hours):
        yield _opening(random, person, place_number, start, minutes, neighbours)


def _starts(
    random: Random, profile: str, day: date, minutes: int, place_number: int, places: int,
    hours: tuple[str, str] | None,
) -> list[datetime]:  # fmt: skip
    """Draw starts on the person's own grid; with two places, each takes its part of the day."""
    opens, closes = map(time.fromisoformat, hours) if hours else _hours(day)
    grid = []
    moment = datetime.combine(day, opens)
    while moment + timedelta(minutes=minutes) <= datetime.combine(day, closes):
        grid.append(moment)
        moment += timedelta(minutes=minutes)
    share = len(grid) // places
    grid = grid[place_number * share : (place_number + 1) * share]
    most = MOST_SLOTS_OF_PROFILE.get(profile, 4)
    wanted = random.randint(FEWEST_SLOTS_OF_PROFILE.get(profile, 0), most)
    if day.weekday() == 6:
        wanted = wanted // 2
    return sorted(random.sample(grid, min(wanted, len(grid))))


def _hours(day: date) -> tuple[time, time]:
    match day.weekday():
        case 5:
            return SATURDAY_HOURS
        case 6:
            return SUNDAY_HOURS
        case _:
            return WEEKDAY_HOURS


def _opening(
    random: Random, person: Person, place_number: int, start: datetime, minutes: int, neighbours: Sequence[Community]
) -> Opening:
    place = person.places[place_number]
    zoned = start.replace(tzinfo=ZoneInfo(place.time_zone))
    shared = bool(person.communities) and random.random() < SHARE_WITH_COMMUNITY
    communities = _communities(random, person, neighbours) if shared else ()
    return Opening(
        id=f"{person.id}-{place_number}-{start:%Y%m%dT%H%M}",
        person=person,
        place=place,
        start=zoned,
        end=zoned + timedelta(minutes=minutes),
        types=_draw(random, _types(person, communities)),
        consultation=_draw(random, CONSULTATIONS_OF_ASSOCIATION if person.association else CONSULTATIONS),
        reasons=tuple(random.sample(REASONS, random.randint(1, 2))),
        communities=communities,
        walk_in=random.randrange(ONE_IN_WALKIN) == 0,
    )


def _types(person: Person, communities: Sequence[Community]) -> dict[tuple[str, ...], int]:
    if person.association:
        return TYPES_OF_ASSOCIATION
    return TYPES_WITH_COMMUNITY if communities else TYPES


def _communities(random: Random, person: Person, neighbours: Sequence[Community]) -> tuple[Community, ...]:
    """Share with the person's own community; one time in three, with a second one too."""
    own = person.communities[0]
    others = [one for one in (*person.communities[1:], *neighbours) if one.finess != own.finess]
    if others and random.random() < 0.33:
        return own, random.choice(others)
    return (own,)


def _draw(random: Random, weights: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    return random.choices(list(weights), weights=list(weights.values()))[0]
