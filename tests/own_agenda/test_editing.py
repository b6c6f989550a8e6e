"""Changing and withdrawing one date, the following ones, or all; what carries an orientation stays."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from agenda.own import editing, series
from agenda.own.editing import Changed, Scope
from agenda.own.models import Occurrence, Series
from agenda.own.refusals import OccurrencePast, OccurrenceTaken, OccurrenceUnknown, OverlapsAnother
from agenda.own.wording import plan_of
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.own_agenda import cast

TUESDAYS = {"weekdays": (1,), "exceptions": (), "last_day": date(2026, 12, 15)}


@pytest.fixture
def tuesdays(anne: User) -> Series:
    """17 and 24 November, 1, 8 and 15 December, from 9 h to 11 h."""
    return series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.weekly(**TUESDAYS))


def on(month: int, day: int) -> Occurrence:
    return Occurrence.objects.get(day=date(2026, month, day), cancelled=False)


def change(anne: User, row: Occurrence, scope: Scope, **more: Any) -> Changed:
    plan = cast.weekly(**(TUESDAYS | {"first_day": row.day} | more))
    return editing.change(actor=anne, national_id=cast.ANNE, occurrence_id=row.pk, plan=plan, scope=scope)


def withdraw(anne: User, row: Occurrence, scope: Scope) -> Changed:
    return editing.withdraw(actor=anne, national_id=cast.ANNE, occurrence_id=row.pk, scope=scope)


def held() -> list[str]:
    """What is offered: day and hour in UTC."""
    rows = Occurrence.objects.filter(cancelled=False).order_by("start")
    return [f"{row.start:%d/%m %H:%M}-{row.end:%H:%M}" for row in rows]


AT_NINE = ["17/11 08:00-10:00", "24/11 08:00-10:00", "01/12 08:00-10:00", "08/12 08:00-10:00", "15/12 08:00-10:00"]
AT_TWO = ["17/11 13:00-14:00", "24/11 13:00-14:00", "01/12 13:00-14:00", "08/12 13:00-14:00", "15/12 13:00-14:00"]
TWO = {"start_time": time(14), "end_time": time(15)}


def test_one_date_moves_alone_and_keeps_its_identity(anne: User, tuesdays: Series) -> None:
    row = on(12, 1)
    assert change(anne, row, Scope.ONE, first_day=date(2026, 12, 2), **TWO) == Changed(changed=1, kept=0)
    row.refresh_from_db()
    assert (row.start, row.day, row.sequence) == (datetime(2026, 12, 2, 13, tzinfo=UTC), date(2026, 12, 1), 1)
    assert held() == [*AT_NINE[:2], "02/12 13:00-14:00", *AT_NINE[3:]]
    assert series.refresh(now=cast.MONDAY) == 0


def test_all_dates_move_and_keep_their_identity(anne: User, tuesdays: Series) -> None:
    before = list(Occurrence.objects.order_by("pk").values_list("pk", "day"))
    assert change(anne, on(12, 1), Scope.ALL, **TWO) == Changed(changed=5, kept=0)
    assert held() == AT_TWO
    assert list(Occurrence.objects.order_by("pk").values_list("pk", "day")) == before
    assert Series.objects.count() == 1


def test_the_following_dates_become_a_series_of_their_own(anne: User, tuesdays: Series) -> None:
    change(anne, on(12, 1), Scope.FOLLOWING, **TWO)
    assert held() == [*AT_NINE[:2], *AT_TWO[2:]]
    first, second = Series.objects.order_by("pk")
    assert (first.last_day, second.first_day, second.last_day) == (
        date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 15),
    )  # fmt: skip
    assert series.refresh(now=cast.MONDAY) == 0


def test_the_past_is_never_rewritten(anne: User, tuesdays: Series, monday) -> None:
    monday.move_to(datetime(2026, 11, 25, 9, tzinfo=UTC))
    change(anne, on(12, 8), Scope.ALL, **TWO)
    assert held() == [*AT_NINE[:2], *AT_TWO[2:]]
    with pytest.raises(OccurrencePast):
        withdraw(anne, on(11, 24), Scope.ONE)


def test_a_taken_date_alone_is_refused(anne: User, tuesdays: Series) -> None:
    row = on(12, 1)
    Occurrence.objects.filter(pk=row.pk).update(taken=1)
    with pytest.raises(OccurrenceTaken):
        change(anne, row, Scope.ONE, **TWO)
    with pytest.raises(OccurrenceTaken):
        withdraw(anne, row, Scope.ONE)
    assert held() == AT_NINE


def test_within_a_series_a_taken_date_stays_and_the_others_change_around_it(anne: User, tuesdays: Series) -> None:
    Occurrence.objects.filter(day=date(2026, 12, 1)).update(taken=1)
    assert change(anne, on(11, 24), Scope.FOLLOWING, **TWO) == Changed(changed=3, kept=1)
    assert held() == [AT_NINE[0], AT_TWO[1], AT_NINE[2], *AT_TWO[3:]]
    assert on(12, 1).series == on(12, 8).series
    assert series.refresh(now=cast.MONDAY) == 0


def test_another_weekday_moves_what_is_free(anne: User, tuesdays: Series) -> None:
    kept = set(Occurrence.objects.values_list("pk", flat=True))
    change(anne, on(12, 1), Scope.FOLLOWING, weekdays=(0,), last_day=date(2026, 12, 14))
    assert held() == [*AT_NINE[:2], "30/11 08:00-10:00", "07/12 08:00-10:00", "14/12 08:00-10:00"]
    assert set(Occurrence.objects.filter(cancelled=False).values_list("pk", flat=True)) == kept


def test_a_longer_rule_adds_dates_and_a_shorter_one_takes_them_away(anne: User, tuesdays: Series) -> None:
    change(anne, on(11, 17), Scope.ALL, last_day=date(2026, 12, 22))
    assert held() == [*AT_NINE, "22/12 08:00-10:00"]
    change(anne, on(11, 17), Scope.ALL, last_day=date(2026, 11, 24))
    assert held() == AT_NINE[:2]


def test_weekdays_changed_and_changed_back_start_where_the_series_now_starts(anne: User, tuesdays: Series) -> None:
    change(anne, on(11, 17), Scope.ALL, weekdays=(2,), last_day=date(2026, 12, 16))
    change(anne, Occurrence.objects.filter(cancelled=False).earliest("day"), Scope.ALL, weekdays=(1,))
    assert held() == AT_NINE[1:]  # the 17th was given up when the series moved to Wednesday the 18th


def test_a_date_withdrawn_becomes_an_exception_and_stays_away(anne: User, tuesdays: Series) -> None:
    assert withdraw(anne, on(12, 8), Scope.ONE) == Changed(changed=1, kept=0)
    tuesdays.refresh_from_db()
    assert plan_of(tuesdays).exceptions == (date(2026, 12, 8),)
    assert series.refresh(now=cast.MONDAY) == 0
    assert held() == [*AT_NINE[:3], AT_NINE[4]]


def test_the_following_dates_are_withdrawn_but_those_taken(anne: User, tuesdays: Series) -> None:
    Occurrence.objects.filter(day=date(2026, 12, 8)).update(taken=1)
    assert withdraw(anne, on(12, 1), Scope.FOLLOWING) == Changed(changed=2, kept=1)
    assert held() == [*AT_NINE[:2], AT_NINE[3]]
    assert series.refresh(now=cast.MONDAY) == 0


def test_a_whole_series_is_withdrawn(anne: User, tuesdays: Series) -> None:
    withdraw(anne, on(12, 1), Scope.ALL)
    assert held() == []
    assert series.refresh(now=cast.MONDAY) == 0
    assert list(Series.objects.values_list("closed_at", flat=True)) == [cast.MONDAY]


def test_a_single_slot_moves_and_keeps_its_identity(anne: User) -> None:
    row = series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.plan()).occurrences.get()
    moved = cast.plan(first_day=date(2026, 11, 17), start_time=time(8), end_time=time(8, 15))
    editing.change(actor=anne, national_id=cast.ANNE, occurrence_id=row.pk, plan=moved, scope=Scope.ALL)
    row.refresh_from_db()
    assert (row.start, row.cancelled) == (datetime(2026, 11, 17, 7, tzinfo=UTC), False)
    assert Occurrence.objects.count() == 1


def test_a_single_slot_becomes_weekly(anne: User) -> None:
    row = series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.plan()).occurrences.get()
    again = cast.plan(weekdays=(2,), last_day=date(2026, 12, 2))
    editing.change(actor=anne, national_id=cast.ANNE, occurrence_id=row.pk, plan=again, scope=Scope.ALL)
    assert held() == ["18/11 08:00-08:30", "25/11 08:00-08:30", "02/12 08:00-08:30"]


def test_an_overlap_undoes_the_whole_change(anne: User, tuesdays: Series) -> None:
    series.open_series(
        actor=anne, national_id=cast.ANNE,
        plan=cast.plan(first_day=date(2026, 12, 8), start_time=time(14, 30), end_time=time(15)),
    )  # fmt: skip
    with pytest.raises(OverlapsAnother) as refused:
        change(anne, on(11, 17), Scope.ALL, **TWO)
    assert refused.value.at == datetime(2026, 12, 8, 13, 30, tzinfo=UTC)
    assert [line for line in held() if not line.startswith("08/12 13")] == AT_NINE
    assert not Entry.objects.filter(action="own_series_changed").exists()


def test_somebody_elses_occurrence_is_unknown(anne: User, tuesdays: Series) -> None:
    cast.practitioner(cast.BRUNO, given_name="Bruno")
    row = on(12, 1)
    with pytest.raises(OccurrenceUnknown):
        editing.withdraw(
            actor=cast.effector(cast.BRUNO), national_id=cast.BRUNO, occurrence_id=row.pk, scope=Scope.ALL
        )  # fmt: skip
    assert held() == AT_NINE


def test_every_change_is_told_to_the_trail(anne: User, tuesdays: Series) -> None:
    row = on(12, 1)
    change(anne, row, Scope.FOLLOWING, **TWO)
    withdraw(anne, row, Scope.ALL)
    entries = Entry.objects.filter(action__in=["own_series_changed", "own_series_withdrawn"]).order_by("id")
    assert [(entry.action, entry.detail) for entry in entries] == [
        ("own_series_changed", {"occurrence": row.pk, "scope": "following", "changed": 3, "kept": 0}),
        ("own_series_withdrawn", {"occurrence": row.pk, "scope": "all", "changed": 3, "kept": 0}),
    ]
