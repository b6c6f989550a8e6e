"""Text, identifiers, instants, zones and windows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agenda.identifiers import finess_of, professional_id, structure_id
from agenda.instants import is_wall_clock, read_instant, write_instant
from agenda.texts import clean
from agenda.windows import Window, search_window
from directory.zones import zone_of_postal_code


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  12  rue\tdes Lilas\n", "12 rue des Lilas"),
        ("caf\u0065\u0301", "café"),
        ("a\u202eb\u200bc\u0000d\u2066e", "abc de"),
        ("<b>gras</b>", "<b>gras</b>"),
        ("x" * 300, "x" * 200),
        ("\ud800", ""),
        ("نص \u200fعربي", "نص عربي"),
    ],
)
def test_text_loses_what_cannot_be_seen(written: str, shown: str) -> None:
    assert clean(written) == shown


@pytest.mark.parametrize(
    ("written", "prefixed"),
    [
        ("10002909371", "810002909371"),
        ("810002909371", "810002909371"),
        (" 10002909371 ", "810002909371"),
        ("123456789", "0123456789"),
        ("2A1234567", "02A1234567"),
        ("0123456789", "0123456789"),
        ("3456780581/11242343", "3456780581/11242343"),
        ("99999999999", "899999999999"),  # the Luhn key is not checked
    ],
)
def test_professional_ids_are_prefixed(written: str, prefixed: str) -> None:
    assert professional_id(written) == prefixed


def test_structure_ids_are_prefixed() -> None:
    assert [structure_id(one) for one in ("950047225", "1950047225", "33417374840002", "412345678912345")] == [
        "1950047225", "1950047225", "333417374840002", "412345678912345",
    ]  # fmt: skip
    assert [finess_of(one) for one in ("1950047225", "950047225", "12A0000123", "333417374840002", "")] == [
        "950047225", "950047225", "2A0000123", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        "2026-06-15T10:00:00",
        "2026-06-15 10:00:00+02:00",
        "2026-06-15T10:00+02:00",
        "2026-06-15T10:00:00+0200",
        "20260615T100000Z",
        "2026-W25-1T10:00:00Z",
        "2026-06-15T24:00:00Z",
        "2026-06-15T10:00:60Z",
        "2026-02-30T10:00:00Z",
        "2026-06-15t10:00:00z",
        "2026-06-15T10:00:00+15:00",
        "2026-06-15T10:00:00,5Z",
        "٢٠٢٦-06-15T10:00:00Z",
        "0000-06-15T10:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "",
    ],
)
def test_what_is_no_fhir_instant_is_refused(written: str) -> None:
    assert read_instant(written) is None


def test_instants_are_read_in_utc() -> None:
    for written in ("2026-06-15T10:00:00.000+02:00", "2026-06-15T08:00:00Z", "2026-06-15T08:00:00.000000000+00:00"):
        instant = read_instant(written)
        assert instant is not None
        assert instant.utc == datetime(2026, 6, 15, 8, 0, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_two_instants() -> None:
    summer, winter = read_instant("2026-10-25T02:30:00+02:00"), read_instant("2026-10-25T02:30:00+01:00")
    assert summer is not None
    assert winter is not None
    assert winter.utc - summer.utc == timedelta(hours=1)
    assert is_wall_clock("2026-10-25T02:30:00+02:00", "Europe/Paris")
    assert is_wall_clock("2026-10-25T02:30:00+01:00", "Europe/Paris")


def test_an_offset_that_is_not_the_place_s_is_seen() -> None:
    assert not is_wall_clock("2026-06-15T10:00:00+01:00", "Europe/Paris")
    assert is_wall_clock("2026-01-15T10:00:00+01:00", "Europe/Paris")
    assert is_wall_clock("2026-06-15T10:00:00+04:00", "Indian/Reunion")
    assert not is_wall_clock("2026-06-15T10:00:00+02:00", "Indian/Reunion")


def test_instants_are_written_as_the_guide_does() -> None:
    assert write_instant(datetime(2024, 6, 12, 14, 20, tzinfo=UTC), "Europe/Paris") == "2024-06-12T16:20:00.000+02:00"


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("47000", "Europe/Paris"), ("20000", "Europe/Paris"), ("", "Europe/Paris"), ("97110", "America/Guadeloupe"),
        ("97133", "America/St_Barthelemy"), ("97150", "America/Marigot"), ("97862", "Indian/Reunion"),
        ("97200", "America/Martinique"),
        ("97300", "America/Cayenne"), ("97400", "Indian/Reunion"), ("97500", "America/Miquelon"),
        ("97600", "Indian/Mayotte"), ("98600", "Pacific/Wallis"), ("98713", "Pacific/Tahiti"),
        ("98800", "Pacific/Noumea"),
    ],
)  # fmt: skip
def test_every_postcode_has_its_zone(code: str, zone: str) -> None:
    assert zone_of_postal_code(code) == zone


def window_at(text: str, zone: str) -> Window:
    return search_window(datetime.fromisoformat(text).astimezone(UTC), zone)


@pytest.mark.parametrize(
    ("now", "zone", "end"),
    [
        ("2026-06-15T08:00:00+02:00", "Europe/Paris", "2026-06-17T23:59:59+02:00"),
        ("2026-06-15T00:00:00+02:00", "Europe/Paris", "2026-06-17T23:59:59+02:00"),
        # Still the day before in Martinique
        ("2026-06-15T02:00:00+02:00", "America/Martinique", "2026-06-16T23:59:59-04:00"),
        # Already the day after in Nouméa
        ("2026-06-15T20:00:00+02:00", "Pacific/Noumea", "2026-06-18T23:59:59+11:00"),
        # Three days around the end of summer time hold 73 hours: 72 elapsed ones at most
        ("2026-10-24T00:00:00+02:00", "Europe/Paris", "2026-10-26T23:00:00+01:00"),
        # … and 71 around its beginning
        ("2026-03-28T00:00:00+01:00", "Europe/Paris", "2026-03-30T23:59:59+02:00"),
    ],
)
def test_the_window_ends_with_the_day_after_tomorrow_of_the_place(now: str, zone: str, end: str) -> None:
    window = window_at(now, zone)
    assert window.end == datetime.fromisoformat(end)
    assert window.end.astimezone(ZoneInfo(zone)).isoformat() == end


def test_cpts_slots_reach_48_elapsed_hours() -> None:
    window = window_at("2026-10-24T12:00:00+02:00", "Europe/Paris")
    assert window.cpts_end == datetime.fromisoformat("2026-10-26T11:00:00+01:00")
