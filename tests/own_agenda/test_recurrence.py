"""Dates of a rule, put on the clock of the place: changes of hour, far zones, words."""

from datetime import UTC, date, datetime, time

import pytest

from agenda.own import recurrence
from agenda.own.recurrence import bounds, days, instant, read_weekly, weekly
from agenda.own.wording import plan_in_words
from tests.own_agenda import cast

PARIS = "Europe/Paris"
TODAY = date(2026, 11, 16)


def test_nine_in_the_morning_stays_nine_when_the_hour_changes() -> None:
    sundays = days(rule=weekly([6]), first_day=date(2026, 10, 18), until=date(2026, 11, 1))
    assert [instant(day, time(9), PARIS) for day in sundays] == [
        datetime(2026, 10, 18, 7, tzinfo=UTC),
        datetime(2026, 10, 25, 8, tzinfo=UTC),
        datetime(2026, 11, 1, 8, tzinfo=UTC),
    ]


def test_an_hour_that_does_not_exist_counts_on_from_the_one_before() -> None:
    assert bounds(date(2027, 3, 28), time(2, 30), 30, PARIS) == (
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # 3 h 30 there
        datetime(2027, 3, 28, 2, 0, tzinfo=UTC),
    )


def test_an_hour_that_exists_twice_is_the_first() -> None:
    assert instant(date(2026, 10, 25), time(2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("Indian/Reunion", 5), ("America/Guadeloupe", 13), ("Pacific/Noumea", -2), ("America/Miquelon", 11)],
)
def test_each_place_has_its_own_clock(zone: str, hour: int) -> None:
    midnight = datetime(2026, 7, 15, 0, tzinfo=UTC)
    assert (instant(date(2026, 7, 15), time(9), zone) - midnight).total_seconds() == hour * 3600


def test_every_other_week_keeps_its_parity_wherever_one_starts_reading() -> None:
    rule = weekly([0, 4], every=2)
    whole = list(days(rule=rule, first_day=date(2026, 11, 20), until=date(2026, 12, 31)))
    assert whole == [date(2026, 11, 20), date(2026, 11, 30), date(2026, 12, 4), date(2026, 12, 14), date(2026, 12, 18),
                     date(2026, 12, 28)]  # fmt: skip
    later = days(rule=rule, first_day=date(2026, 11, 20), since=date(2026, 12, 5), until=date(2026, 12, 31))
    assert list(later) == whole[3:]


def test_exceptions_and_the_end_are_left_out() -> None:
    rule = weekly([1, 3])
    given = days(
        rule=rule, first_day=date(2026, 12, 1), until=date(2026, 12, 17), exceptions=[date(2026, 12, 8)]
    )  # fmt: skip
    assert [day.day for day in given] == [1, 3, 10, 15, 17]


def test_a_rule_is_read_back_as_it_was_written() -> None:
    assert read_weekly(weekly([3, 1, 1], every=2)) == ((1, 3), 2)


@pytest.mark.parametrize("rule", ["", "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=x;BYDAY=MO", "INTERVAL=1;BYDAY=XX"])
def test_another_rule_is_not_guessed(rule: str) -> None:
    with pytest.raises(recurrence.RuleUnreadable):
        read_weekly(rule)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (cast.plan(), "le mercredi 18 novembre, de 9 h à 9 h 30"),
        (cast.plan(first_day=date(2027, 12, 1)), "le mercredi 1er décembre 2027, de 9 h à 9 h 30"),
        (
            cast.weekly(first_day=TODAY),
            "tous les mardis et jeudis de 9 h à 11 h, jusqu’au 18 décembre, sauf le 8",
        ),
        (
            cast.weekly(first_day=TODAY, exceptions=(date(2026, 11, 24), date(2026, 12, 1), date(2026, 12, 8))),
            "tous les mardis et jeudis de 9 h à 11 h, jusqu’au 18 décembre, "
            "sauf le 24 novembre, le 1er décembre et le 8",
        ),
        (
            cast.weekly(first_day=TODAY, weekdays=(0,), every=2, last_day=None, exceptions=()),
            "le lundi, une semaine sur deux, de 9 h à 11 h",
        ),
        (
            cast.weekly(first_day=TODAY, weekdays=(4,), every=2, last_day=None, exceptions=()),
            "le vendredi, une semaine sur deux, de 9 h à 11 h, à partir du 20 novembre",
        ),
        (
            cast.weekly(first_day=date(2026, 11, 30), last_day=None, exceptions=()),
            "tous les mardis et jeudis de 9 h à 11 h, à partir du 1er décembre",
        ),
        (
            cast.weekly(first_day=TODAY, weekdays=tuple(range(7)), last_day=None, exceptions=()),
            "tous les jours de 9 h à 11 h",
        ),
    ],
)
def test_a_plan_is_said_in_words(plan, words: str) -> None:
    assert plan_in_words(plan, today=TODAY).replace("\u00a0", " ") == words
