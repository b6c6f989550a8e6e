"""What a search gets from the own agenda, and taking places."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from agenda.own import offer, series
from agenda.own.merging import own_beside
from agenda.own.models import Occurrence
from agenda.own.offer import SlotFull, SlotGone, SlotPast, give_back_place, own_slots, take_place
from agenda.slots import Consultation, Cpts, Slot, SlotPlace, SlotType
from agenda.visibility import HiddenReason, Viewer, sort_slots
from agenda.windows import Window
from directory.candidates import candidates
from directory.found import CandidatePlace
from directory.models import Absence, Activity, Participation, Structure
from sasportal.accounts.models import User
from tests.agenda.cast import candidate
from tests.own_agenda import cast

NOW = cast.MONDAY
WINDOW = Window(start=NOW, end=NOW + timedelta(hours=72))
WEDNESDAY = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


def opened(anne: User, **more: Any) -> Occurrence:
    return series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.plan(**more)).occurrences.get()


def slots(now: datetime = NOW) -> tuple[Slot, ...]:
    return own_slots(candidates([cast.ANNE, cast.BRUNO]), window=WINDOW, now=now)


def test_a_slot_is_as_an_editor_would_send_it(anne: User) -> None:
    row = opened(anne, consultation=("AMB", "VR"), types=("SNP", "PUBLIC"))
    assert slots() == (
        Slot(
            key=f"own:{row.pk}",
            editor_id=0,
            national_id=cast.ANNE,
            start=WEDNESDAY,
            end=WEDNESDAY + timedelta(minutes=30),
            types=(SlotType.SNP, SlotType.PUBLIC),
            consultation=(Consultation.SURGERY, Consultation.TELE),
            place=SlotPlace(line="12 rue des Lilas", postal_code="47000", city="Agen"),
            capacity=1,
        ),
    )
    assert offer.occurrence_of(slots()[0].key) == row.pk


def test_one_query_for_however_many(anne: User, django_assert_num_queries) -> None:
    cast.practitioner(cast.BRUNO, given_name="Bruno")
    for hour in (9, 10, 11):
        opened(anne, start_time=time(hour), end_time=time(hour, 30))
    series.open_series(actor=cast.effector(cast.BRUNO), national_id=cast.BRUNO, plan=cast.plan())
    people = candidates([cast.ANNE, cast.BRUNO])
    with django_assert_num_queries(1):
        assert len(own_slots(people, window=WINDOW, now=NOW)) == 4


@pytest.mark.parametrize(
    "absence", [(-60, 5), (25, 60), (-60, 60)], ids=["over its start", "over its end", "all of it"]
)  # fmt: skip
def test_an_absence_masks_and_refuses(anne: User, absence: tuple[int, int]) -> None:
    row = opened(anne)
    since, until = (WEDNESDAY + timedelta(minutes=minutes) for minutes in absence)
    Absence.objects.create(national_id=cast.ANNE, starts_at=since, ends_at=until)
    (slot,), (anne_away,) = slots(), candidates([cast.ANNE])
    visible, hidden = sort_slots([slot], candidate=anne_away, viewer=Viewer.REGULATOR, window=WINDOW, now=NOW)
    assert ([one.reason for one in hidden], visible) == ([HiddenReason.ABSENT], ())
    with pytest.raises(SlotGone):
        take_place(occurrence_id=row.pk, now=NOW)


def test_an_absence_that_only_touches_hides_nothing(anne: User) -> None:
    opened(anne)
    Absence.objects.create(national_id=cast.ANNE, starts_at=WEDNESDAY - timedelta(hours=1), ends_at=WEDNESDAY)
    visible, _ = sort_slots(
        slots(), candidate=candidates([cast.ANNE])[0], viewer=Viewer.REGULATOR, window=WINDOW, now=NOW
    )
    assert len(visible) == 1


def test_full_withdrawn_beyond_the_window_or_at_a_closed_place_is_not_offered(anne: User) -> None:
    full, gone, far, closed = (
        opened(anne),
        opened(anne, start_time=time(10), end_time=time(11)),
        opened(anne, first_day=(NOW + timedelta(days=9)).date()),
        opened(anne, place_key=cast.MESURE),
    )
    Occurrence.objects.filter(pk=full.pk).update(taken=1)
    Occurrence.objects.filter(pk=gone.pk).update(cancelled=True)
    Activity.objects.filter(place_key=cast.MESURE).update(closed_at=NOW)
    assert slots() == ()
    assert far.start > WINDOW.end
    assert closed.start < WINDOW.end


def test_a_range_begun_is_offered_from_the_next_quarter(anne: User) -> None:
    row = opened(anne, kind="range", capacity=3, end_time=time(11))
    later = WEDNESDAY + timedelta(minutes=37)
    (slot,) = own_slots(candidates([cast.ANNE]), window=Window(start=later, end=later + timedelta(hours=1)), now=later)
    assert (slot.start, slot.end) == (WEDNESDAY + timedelta(minutes=45), WEDNESDAY + timedelta(hours=2))
    assert take_place(occurrence_id=row.pk, now=later, shown_start=slot.start).taken == 1


def test_a_slot_begun_is_past(anne: User) -> None:
    row = opened(anne)
    later = WEDNESDAY + timedelta(minutes=1)
    assert (
        own_slots(candidates([cast.ANNE]), window=Window(start=later, end=later + timedelta(hours=1)), now=later) == ()
    )
    with pytest.raises(SlotPast):
        take_place(occurrence_id=row.pk, now=later)


def test_places_are_taken_one_by_one_and_given_back(anne: User) -> None:
    row = opened(anne, kind="range", capacity=2)
    assert [take_place(occurrence_id=row.pk, now=NOW).taken for _ in range(2)] == [1, 2]
    with pytest.raises(SlotFull):
        take_place(occurrence_id=row.pk, now=NOW)
    assert give_back_place(occurrence_id=row.pk).taken == 1
    assert give_back_place(occurrence_id=row.pk).taken == 0
    with pytest.raises(SlotGone):
        give_back_place(occurrence_id=row.pk)


def test_a_slot_moved_since_it_was_shown_is_gone(anne: User) -> None:
    row = opened(anne)
    Occurrence.objects.update(start=WEDNESDAY + timedelta(minutes=15))
    with pytest.raises(SlotGone):
        take_place(occurrence_id=row.pk, now=NOW, shown_start=WEDNESDAY)
    assert take_place(occurrence_id=row.pk, now=NOW, shown_start=WEDNESDAY + timedelta(minutes=15)).taken == 1


def test_what_was_withdrawn_or_never_was_is_gone(anne: User) -> None:
    row = opened(anne)
    Occurrence.objects.update(cancelled=True)
    for number in (row.pk, row.pk + 999):
        with pytest.raises(SlotGone):
            take_place(occurrence_id=number, now=NOW)


@pytest.mark.parametrize("key", ["own:", "own:-1", "own:1e3", "own:١", "own:" + "9" * 40, "12", "alpha:12"])
def test_another_key_is_nobodys(key: str) -> None:
    with pytest.raises(SlotGone):
        offer.occurrence_of(key)


def test_a_cpts_slot_names_the_cpts_declared(anne: User) -> None:
    opened(anne, types=("CPTS",))
    assert slots()[0].cpts == ()
    Structure.objects.create(finess="470000101", name="CPTS des Lilas", search_name="cpts des lilas", category="604")
    Participation.objects.create(
        national_id=cast.ANNE, via="cpts", structure="470000101", starts_at=NOW, declared_by="test"
    )  # fmt: skip
    assert slots()[0].cpts == (Cpts(finess="470000101", name="CPTS des Lilas"),)


class TestMerging:
    """Own slots beside what the editors sent."""

    def test_an_editors_slots_replace_those_of_the_same_place(self, anne: User) -> None:
        opened(anne)
        opened(anne, place_key=cast.MESURE)
        sent = received("12, rue des Lilas", "47000")
        shown, replaced = own_beside(slots(), [sent], candidate=candidate(cast.ANNE))
        assert (places(shown), places(replaced)) == (["7 rue de la Mesure"], ["12 rue des Lilas"])

    def test_unless_the_effector_refuses_editor_slots(self, anne: User) -> None:
        opened(anne)
        refusing = candidate(cast.ANNE, accepts_editor_slots=False)
        sent = received("12, rue des Lilas", "47000")
        assert places(own_beside(slots(), [sent], candidate=refusing)[0]) == ["12 rue des Lilas"]

    def test_a_type_refused_at_that_place_replaces_nothing(self, anne: User) -> None:
        opened(anne)
        where = CandidatePlace(
            key=cast.LILAS, line="12 rue des Lilas", postal_code="47000", city="Agen", refused_types=("PUBLIC",)
        )
        sent = received("12, rue des Lilas", "47000")
        refusing = candidate(cast.ANNE, places=(where,))
        assert places(own_beside(slots(), [sent], candidate=refusing)[0]) == ["12 rue des Lilas"]

    def test_an_empty_answer_replaces_nothing(self, anne: User) -> None:
        opened(anne)
        assert places(own_beside(slots(), [], candidate=candidate(cast.ANNE))[0]) == ["12 rue des Lilas"]


def received(line: str, postal_code: str) -> Slot:
    return Slot(
        key="alpha-1", editor_id=7, national_id=cast.ANNE, start=WEDNESDAY, end=WEDNESDAY + timedelta(minutes=20),
        types=(SlotType.PUBLIC,), place=SlotPlace(line=line, postal_code=postal_code, city="Agen"),
    )  # fmt: skip


def places(found: tuple[Slot, ...]) -> list[str]:
    return [slot.place.line for slot in found]
