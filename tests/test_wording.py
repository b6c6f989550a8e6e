"""How the page speaks French."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sasportal import wording

PARIS = ZoneInfo("Europe/Paris")
WEEK = {"mon": [["14:00", "18:30"], ["09:00", "12:00"]], "wed": [["08:30", "12:00"]], "sat": []}


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (datetime(2026, 6, 15, 9, 5, tzinfo=PARIS), "9 h 05"),
        (datetime(2026, 6, 15, 0, 0, tzinfo=PARIS), "0 h 00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(PARIS), "2 h 30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(PARIS), "2 h 30"),
    ],
)
def test_hours(instant: datetime, said: str) -> None:
    assert plain(wording.clock(instant)) == said


def test_days() -> None:
    friday = date(2026, 7, 31)
    assert wording.long_day(date(2026, 8, 1)) == "samedi 1er août"
    assert [wording.column_day(date(2026, month, day), friday) for month, day in ((7, 31), (8, 1), (8, 2))] == [
        ("Aujourd’hui", "ven. 31"),
        ("Demain", "sam. 1"),
        ("Dimanche 2", ""),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0199001234", "01 99 00 12 34"),
        ("+33199001234", "01 99 00 12 34"),
        ("01 99 00 12 34", "01 99 00 12 34"),
        ("3624", "3624"),
        ("", ""),
    ],
)
def test_phones(written: str, said: str) -> None:
    assert plain(wording.phone(written)) == said


@pytest.mark.parametrize(
    ("km", "said"), [(None, ""), (0.04, "0,0 km"), (0.84, "0,8 km"), (9.94, "9,9 km"), (10.0, "10 km"), (38.6, "39 km")]
)
def test_distances(km: float | None, said: str) -> None:
    assert plain(wording.distance(km)) == said


def test_lists_and_numbers() -> None:
    assert [wording.listed(names) for names in ((), ("A",), ("A", "B"), ("A", "B", "C"))] == [
        "", "A", "A et B", "A, B et C",
    ]  # fmt: skip
    assert [plain(wording.several(n, "créneau", "créneaux")) for n in (0, 1, 2)] == [
        "0 créneau",
        "1 créneau",
        "2 créneaux",
    ]


@pytest.mark.parametrize(
    ("civility", "said"),
    [("DR", ("Dr", "le docteur")), ("pr.", ("Pr", "le professeur")), ("MME", ("Mme", "Mme")), ("", ("", ""))],
)
def test_titles(civility: str, said: tuple[str, str]) -> None:
    assert wording.title(civility) == said


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2026, 6, 15, 9, 0, tzinfo=PARIS), "ouvert jusqu’à 12 h 00"),
        (datetime(2026, 6, 15, 12, 0, tzinfo=PARIS), "fermé, ouvre à 14 h 00"),
        (datetime(2026, 6, 15, 18, 30, tzinfo=PARIS), "fermé, ouvre mercredi à 8 h 30"),
        (datetime(2026, 6, 16, 10, 0, tzinfo=PARIS), "fermé, ouvre demain à 8 h 30"),
        (datetime(2026, 6, 20, 10, 0, tzinfo=PARIS), "fermé, ouvre lundi à 9 h 00"),
    ],
)
def test_opening_hours(now: datetime, said: str) -> None:
    assert plain(wording.opening(WEEK, now)) == said


def test_unknown_opening_hours_say_nothing() -> None:
    now = datetime(2026, 6, 15, 9, 0, tzinfo=PARIS)
    assert [wording.opening(hours, now) for hours in ({}, {"mon": []})] == ["", ""]


@pytest.mark.parametrize(
    ("zone", "month", "said"),
    [
        ("Indian/Reunion", 6, "Heures de La Réunion (UTC+4)"),
        ("America/Guadeloupe", 1, "Heures de Guadeloupe (UTC-4)"),
        ("Europe/Paris", 1, "Heures de métropole (UTC+1)"),
        ("Europe/Paris", 6, "Heures de métropole (UTC+2)"),
    ],
)
def test_time_zones(zone: str, month: int, said: str) -> None:
    assert wording.zone_line(zone, datetime(2026, month, 15, tzinfo=UTC)) == said
