"""What a declaration leaves of those before it, against a plain model: who takes part how, where, on each day."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from directory.participation.stretches import EVERYWHERE, Stretch, replaced

PLACES = ("a", "b", "c")
DAY_0 = datetime(2026, 11, 16, tzinfo=UTC)
DAYS = range(8)
WAYS = [("none", ""), ("individual", ""), ("cpts", "475000001"), ("cpts", "475000002"), ("msp", "475000003")]


def day(number: int) -> datetime:
    return DAY_0 + timedelta(days=number)


@st.composite
def declarations(draw: st.DrawFn) -> tuple[list[Stretch], bool]:
    """One declaration, at one place or more or everywhere, and whether it stands beside others."""
    via, structure = draw(st.sampled_from(WAYS))
    start = draw(st.sampled_from(DAYS))
    end = draw(st.one_of(st.none(), st.integers(start + 1, 9)))
    places = draw(st.one_of(st.just([EVERYWHERE]), st.lists(st.sampled_from(PLACES), min_size=1, unique=True)))
    stretches = [
        Stretch(via=via, structure=structure, place=place, start=day(start), end=None if end is None else day(end))
        for place in places
    ]
    return stretches, draw(st.booleans())


def applied(former: list[Stretch], new: list[Stretch], beside_others: bool) -> list[Stretch]:
    found = replaced(former, new, all_places=PLACES, beside_others=beside_others)
    kept = [
        Stretch(via=one.via, structure=one.structure, place=one.place, start=one.start, end=found.ended.get(n, one.end))
        for n, one in enumerate(former)
    ]
    return [one for one in [*kept, *new, *found.opened] if one.end is None or one.end > one.start]


def ways(stretches: list[Stretch], place: str, at: datetime) -> list[tuple[str, str]]:
    return sorted((s.via, s.structure) for s in stretches if s.place in {EVERYWHERE, place} and s.in_force(at))


def expected(before: list[tuple[str, str]], new: list[Stretch], beside: bool, place: str, at: datetime) -> list:
    here = [one for one in new if one.place in {EVERYWHERE, place} and one.in_force(at)]
    if not here:
        return before
    way = (here[0].via, here[0].structure)
    others = [one for one in before if one[0] not in {way[0], "none"} and way[0] != "none"] if beside else []
    return sorted([*others, way])


@given(st.lists(declarations(), min_size=1, max_size=5))
def test_at_every_place_and_day_each_declaration_changes_what_it_covers_and_nothing_else(
    said: list[tuple[list[Stretch], bool]],
) -> None:
    stretches: list[Stretch] = []
    for new, beside in said:
        after = applied(stretches, new, beside)
        for place in PLACES:
            for number in range(10):
                at = day(number)
                assert ways(after, place, at) == expected(ways(stretches, place, at), new, beside, place, at)
        stretches = after


@given(st.lists(declarations(), min_size=1, max_size=5))
def test_no_two_stretches_of_one_way_meet_at_one_place(said: list[tuple[list[Stretch], bool]]) -> None:
    stretches: list[Stretch] = []
    for new, beside in said:
        stretches = applied(stretches, new, beside)
    for n, one in enumerate(stretches):
        for other in stretches[n + 1 :]:
            same_place = EVERYWHERE in {one.place, other.place} or one.place == other.place
            same_way = one.via == other.via or "none" in {one.via, other.via}
            assert not (same_place and same_way and one.meets(other))
