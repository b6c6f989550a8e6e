from datetime import UTC, date, datetime

import pytest

from agenda.supervision.working_days import deadline, working_days_left


@pytest.mark.parametrize(
    ("opened", "days", "due"),
    [
        (datetime(2026, 11, 27, 10, tzinfo=UTC), 2, date(2026, 12, 1)),  # Friday: Monday, Tuesday
        (datetime(2026, 12, 24, 10, tzinfo=UTC), 2, date(2026, 12, 29)),  # Christmas is a Friday
        (datetime(2027, 5, 4, 10, tzinfo=UTC), 2, date(2027, 5, 7)),  # the 6th is Ascension Day
        (datetime(2026, 11, 29, 23, 30, tzinfo=UTC), 2, date(2026, 12, 2)),  # already Monday in Paris
        (datetime(2026, 11, 28, 10, tzinfo=UTC), 14, date(2026, 12, 17)),
        (datetime(2026, 11, 27, 10, tzinfo=UTC), 30, date(2027, 1, 12)),  # Christmas and New Year's Day left out
    ],
)
def test_deadlines_of_the_convention(opened: datetime, days: int, due: date) -> None:
    assert deadline(opened, days) == due


def test_days_left_and_days_late() -> None:
    friday, tuesday = date(2026, 11, 27), date(2026, 12, 1)
    assert [working_days_left(friday, tuesday), working_days_left(tuesday, tuesday)] == [2, 0]
    assert working_days_left(tuesday, friday) == -2
