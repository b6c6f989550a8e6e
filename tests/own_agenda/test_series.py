"""Opening series, keeping them 90 days ahead, and what the database refuses by itself."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from agenda.own import series
from agenda.own.models import Occurrence, Series
from agenda.own.plans import PlanRefused
from agenda.own.refusals import OverlapsAnother, overlap_refused
from agenda.own.tasks import refresh_own_agenda
from directory.effectors.places import PlaceUnknown
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.own_agenda import cast


def opened(anne: User, **more) -> Series:
    plan = cast.weekly(**more) if "weekdays" in more else cast.plan(**more)
    return series.open_series(actor=anne, national_id=cast.ANNE, plan=plan)


def days_held(found: Series) -> list[date]:
    return list(found.occurrences.filter(cancelled=False).order_by("day").values_list("day", flat=True))


def test_a_series_is_written_up_to_its_end_without_its_exceptions(anne: User) -> None:
    found = series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.weekly())
    assert [f"{day:%d/%m}" for day in days_held(found)] == [
        "17/11", "19/11", "24/11", "26/11", "01/12", "03/12", "10/12", "15/12", "17/12",
    ]  # fmt: skip
    assert {(row.capacity, row.taken, row.end - row.start) for row in found.occurrences.all()} == {
        (6, 0, timedelta(hours=2))
    }


def test_opening_is_told_to_the_trail(anne: User) -> None:
    found = opened(anne)
    entry = Entry.objects.get(action="own_series_opened")
    assert (entry.actor, entry.target, entry.detail) == (
        str(anne.technical_id), cast.ANNE, {"series": found.pk, "rule": ""},
    )  # fmt: skip


def test_an_endless_series_goes_90_days_ahead_and_the_job_carries_it_on(anne: User, monday) -> None:
    found = opened(anne, weekdays=(1,), last_day=None, exceptions=())
    assert days_held(found)[-1] == date(2027, 2, 9)
    assert series.refresh(now=timezone.now()) == 0
    monday.shift(timedelta(days=21))  # three weeks in which nobody ran it
    refresh_own_agenda()
    refresh_own_agenda()
    assert days_held(found)[-3:] == [date(2027, 2, 16), date(2027, 2, 23), date(2027, 3, 2)]
    assert len(days_held(found)) == len(set(days_held(found))) == 16


def test_the_job_writes_again_what_went_missing_but_not_what_was_withdrawn(anne: User) -> None:
    found = opened(anne, weekdays=(1,), last_day=None, exceptions=(date(2026, 12, 8),))
    found.occurrences.filter(day=date(2026, 12, 1)).delete()
    assert series.refresh(now=timezone.now()) == 1
    assert date(2026, 12, 8) not in days_held(found)


def test_the_job_leaves_out_a_date_something_else_occupies(anne: User, monday) -> None:
    found = opened(anne, weekdays=(1,), last_day=None, exceptions=())
    opened(anne, first_day=date(2027, 2, 16), start_time=time(10), end_time=time(10, 30))
    monday.shift(timedelta(days=14))
    assert series.refresh(now=timezone.now()) == 1  # 16 February is taken, the 23rd is not
    assert days_held(found)[-2:] == [date(2027, 2, 9), date(2027, 2, 23)]


def test_the_winter_hour_is_kept_across_the_change(db) -> None:
    with time_machine.travel(datetime(2026, 10, 12, 6, tzinfo=UTC), tick=False):
        cast.practitioner()
        found = series.open_series(
            actor=cast.effector(), national_id=cast.ANNE,
            plan=cast.weekly(first_day=date(2026, 10, 18), weekdays=(6,), last_day=date(2026, 11, 1), exceptions=()),
        )  # fmt: skip
    assert list(found.occurrences.order_by("day").values_list("start", flat=True)) == [
        datetime(2026, 10, 18, 7, tzinfo=UTC),
        datetime(2026, 10, 25, 8, tzinfo=UTC),
        datetime(2026, 11, 1, 8, tzinfo=UTC),
    ]


def test_a_place_overseas_counts_by_its_own_clock(db, monday) -> None:
    cast.practitioner(cast.ANNE, cast.REUNION)
    found = series.open_series(actor=cast.effector(), national_id=cast.ANNE, plan=cast.plan(place_key=cast.REUNION))
    assert found.occurrences.get().start == datetime(2026, 11, 18, 5, tzinfo=UTC)


def test_two_offers_at_one_place_may_not_overlap(anne: User) -> None:
    opened(anne)
    with pytest.raises(OverlapsAnother) as refused:
        opened(anne, start_time=time(9, 15), end_time=time(10))
    assert refused.value.at == datetime(2026, 11, 18, 8, 15, tzinfo=UTC)
    assert Series.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"place_key": cast.MESURE}, {"start_time": time(9, 30), "end_time": time(10)}]
)  # fmt: skip
def test_another_place_or_the_next_minute_is_no_overlap(anne: User, other: dict) -> None:
    opened(anne)
    opened(anne, **other)
    assert Occurrence.objects.count() == 2


def test_somebody_elses_place_is_no_place(anne: User) -> None:
    with pytest.raises(PlaceUnknown):
        opened(anne, place_key="33X")


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"start_time": time(9, 5)}, "start_time"),
        ({"end_time": time(9)}, "end_time"),
        ({"start_time": time(7), "end_time": time(19, 15), "kind": "range"}, "end_time"),
        ({"capacity": 2}, "capacity"),
        ({"kind": "range", "capacity": 61}, "capacity"),
        ({"types": ()}, "types"),
        ({"consultation": ()}, "consultation"),
        ({"first_day": date(2026, 11, 15)}, "first_day"),
        ({"first_day": date(2028, 1, 1)}, "first_day"),
        ({"weekdays": (1,), "last_day": date(2026, 11, 17)}, "last_day"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(anne: User, wrong: dict, where: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.plan(**wrong))
    assert refused.value.field == where


@pytest.mark.django_db
class TestTheDatabaseItself:
    """The constraints hold whoever writes, and say why in French."""

    def test_refuses_an_overlap(self, anne: User) -> None:
        row = opened(anne).occurrences.get()
        row.pk, row.day = None, date(2026, 11, 19)
        with pytest.raises(OverlapsAnother), overlap_refused():
            row.save(force_insert=True)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"taken": 2}, "own_occurrence_taken_within_capacity"),
            ({"end": datetime(2026, 11, 18, 8, 0, tzinfo=UTC)}, "own_occurrence_ends_after_start"),
            ({"start": datetime(2026, 11, 18, 8, 5, tzinfo=UTC)}, "own_occurrence_on_the_quarter"),
            ({"end": datetime(2026, 11, 18, 8, 30, 0, 1, tzinfo=UTC)}, "own_occurrence_on_the_quarter"),
            ({"capacity": 2}, "own_occurrence_capacity"),
            ({"types": []}, "own_occurrence_open_to_somebody"),
        ],
    )
    def test_refuses(self, anne: User, change: dict, constraint: str) -> None:
        opened(anne)
        with pytest.raises(IntegrityError) as refused:
            Occurrence.objects.update(**change)
        assert refused.value.__cause__.diag.constraint_name == constraint

    def test_says_why(self, anne: User) -> None:
        row = opened(anne).occurrences.get()
        row.pk, row.day = None, date(2026, 11, 19)
        row.end += timedelta(minutes=5)
        with pytest.raises(ValidationError) as refused:
            row.validate_constraints()
        assert sorted(refused.value.messages) == [
            "Cette plage en chevauche une autre du même lieu.",
            "Les horaires vont de quart d'heure en quart d'heure.",
        ]
