"""Working days of the convention's deadlines: Monday to Friday, French public holidays left out."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

_HOLIDAYS = holidays.country_holidays("FR")
PARIS = ZoneInfo("Europe/Paris")


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _HOLIDAYS


def deadline(opened_at: datetime, working_days: int) -> date:
    """Return the last day allowed: the day of opening, in Paris, is not counted."""
    day = opened_at.astimezone(PARIS).date()
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day


def working_days_left(today: date, due_on: date) -> int:
    """Count the working days from tomorrow to `due_on`; below zero, how many have passed since."""
    if due_on < today:
        return -working_days_left(due_on, today)
    return sum(is_working_day(today + timedelta(days=n)) for n in range(1, (due_on - today).days + 1))
