"""Counts of calls: exact, the same however often they are made, over nights when the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from agenda.models import EditorCall, Outcome
from agenda.supervision.figures import BY_CODE, figures_by_step, figures_since, whole
from agenda.supervision.models import CallCount, Kind, Unit
from agenda.supervision.tallies import forget_details, tally
from tests.supervision.cast import ago, calls, editor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 15, 42, 10, tzinfo=UTC)


def rows() -> list[tuple]:
    return sorted(CallCount.objects.values_list("unit", "start", "editor", "kind", "code", "count"))


def test_figures_of_the_last_hour() -> None:
    alpha = editor()
    calls(alpha, 90, at=ago(NOW, minutes=20), ms=80, slots=2)
    calls(alpha, 6, at=ago(NOW, minutes=20), ms=1400, rejects={"stranger": 2})
    calls(alpha, 4, at=ago(NOW, minutes=2), outcome=Outcome.TIMEOUT, ms=6500)
    calls(alpha, 50, at=ago(NOW, minutes=2), reused=True)
    calls(alpha, 50, at=ago(NOW, minutes=2), outcome=Outcome.DISABLED)
    calls(alpha, 9, at=ago(NOW, minutes=90))
    tally()
    found = whole(figures_by_step(BY_CODE["1h"], now=NOW)[alpha.pk].values())
    assert (found.calls, found.answered, found.slots) == (100, 96, 180)
    assert (found.availability, found.over_1s, found.over_7s) == (0.96, 0.1, 0.04)
    assert found.rejects == {"stranger": 12}
    assert found.outcomes == {"OK": 96, "TIMEOUT": 4}
    # Within a bucket the quantile is interpolated: 80 ms lies between 75 and 100
    assert 75 < found.quantile(0.5) <= 100
    assert 1000 < found.quantile(0.95) <= 1500
    assert 6000 < found.quantile(0.99) <= 7000


def test_calls_that_reached_nobody_count_against_availability_and_not_as_fast_answers() -> None:
    alpha = editor()
    calls(alpha, 5, at=ago(NOW, minutes=2), outcome=Outcome.OPEN, ms=0)
    calls(alpha, 5, at=ago(NOW, minutes=2), outcome=Outcome.UNREACHABLE, ms=1)
    tally()
    found = figures_since(ago(NOW, minutes=15), now=NOW)[alpha.pk]
    assert (found.availability, found.measured, found.quantile(0.5)) == (0.0, 0, None)


def test_counting_again_changes_nothing_and_late_calls_are_taken_in() -> None:
    alpha = editor()
    calls(alpha, 3, at=ago(NOW, minutes=3))
    tally()
    before = rows()
    tally()
    assert rows() == before
    calls(alpha, 2, at=ago(NOW, minutes=2, seconds=30))
    tally()
    assert {unit: count for unit, _, _, kind, code, count in rows() if (kind, code) == (Kind.OUTCOME, "OK")} == {
        Unit.FIVE_MINUTES: 5, Unit.HOUR: 5, Unit.DAY: 5,
    }  # fmt: skip


def test_a_call_written_after_its_stretch_ended_counts() -> None:
    """Its row was committed late: the next stretch had already begun, at every width."""
    alpha, midnight = editor(), datetime(2026, 11, 26, 23, tzinfo=UTC)
    calls(alpha, 1, at=midnight - timedelta(seconds=2))
    calls(alpha, 1, at=midnight + timedelta(seconds=1))
    tally()
    calls(alpha, 1, at=midnight - timedelta(seconds=1))
    tally()
    first = {unit: count for unit, start, _, kind, _, count in rows() if kind == Kind.OUTCOME and start < midnight}
    assert first == {Unit.FIVE_MINUTES: 2, Unit.HOUR: 2, Unit.DAY: 2}


def test_the_hour_that_comes_twice_is_counted_twice() -> None:
    alpha = editor()
    for number, hour in enumerate((0, 1), start=1):  # 02:30 in Paris, both
        calls(alpha, number, at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
        tally()
    hours = CallCount.objects.filter(unit=Unit.HOUR, kind=Kind.OUTCOME).order_by("start")
    assert list(hours.values_list("start", "count")) == [
        (datetime(2026, 10, 25, 0, tzinfo=UTC), 1), (datetime(2026, 10, 25, 1, tzinfo=UTC), 2),
    ]  # fmt: skip
    assert CallCount.objects.get(unit=Unit.DAY, kind=Kind.OUTCOME).count == 3


def test_a_silence_of_the_job_is_caught_up() -> None:
    alpha = editor()
    calls(alpha, 1, at=ago(NOW, days=12))
    tally()
    for hours in range(0, 280, 7):
        calls(alpha, 2, at=ago(NOW, hours=hours))
    tally()
    days = CallCount.objects.filter(unit=Unit.DAY, kind=Kind.OUTCOME)
    assert sum(days.values_list("count", flat=True)) == EditorCall.objects.count() == 81


def test_forgotten_details_live_on_in_wider_counts() -> None:
    alpha = editor()
    calls(alpha, 7, at=ago(NOW, days=60))
    calls(alpha, 5, at=ago(NOW, days=5))
    tally()
    forget_details(now=NOW)
    EditorCall.objects.all().delete()
    tally()
    assert sorted(CallCount.objects.filter(kind=Kind.OUTCOME).values_list("unit", "count")) == [
        ("day", 5), ("day", 7), ("hour", 5),
    ]  # fmt: skip
    assert whole(figures_by_step(BY_CODE["13m"], now=NOW)[alpha.pk].values()).calls == 12


def test_what_was_forgotten_in_part_shrinks_no_count() -> None:
    alpha = editor()
    calls(alpha, 4, at=ago(NOW, minutes=3))
    tally()
    EditorCall.objects.filter(pk__in=list(EditorCall.objects.values_list("pk", flat=True)[:3])).delete()
    tally()
    assert {row[-1] for row in rows() if row[3] == Kind.OUTCOME} == {4}


@pytest.mark.parametrize("change", [datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)])
def test_days_are_those_of_paris_when_the_clocks_change(change: datetime) -> None:
    """One call at every noon: as many steps as days, one call each."""
    alpha = editor()
    for days in range(-3, 4):
        calls(alpha, 1, at=change + timedelta(days=days))
    tally()
    found = figures_by_step(BY_CODE["30j"], now=change + timedelta(days=3, hours=1))[alpha.pk]
    assert [one.calls for one in found.values()] == [1] * 7
    assert sorted(found) == list(range(min(found), min(found) + 7))
    steps = BY_CODE["30j"].steps(change + timedelta(days=3, hours=1))
    assert steps[max(found)].date() == (change + timedelta(days=3)).date()


def test_the_beat_job_counts_from_the_clock() -> None:
    alpha = editor()
    with time_machine.travel(NOW, tick=False):
        calls(alpha, 4, at=ago(NOW, minutes=1))
        tally()
        assert figures_since(ago(NOW, minutes=15), now=NOW)[alpha.pk].calls == 4
