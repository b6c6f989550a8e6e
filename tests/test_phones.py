"""Which phone numbers are shown, and how they are written."""

import pytest

from sasportal.phones import french_phone


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("+33199001234", "01 99 00 12 34"),
        ("0199001234", "01 99 00 12 34"),
        ("+33639981234", "06 39 98 12 34"),
        ("+262262123456", "0262 12 34 56"),
        ("+33892681234", ""),  # premium
        ("0899701234", ""),
        ("3624", ""),
        ("15", ""),
        ("+33199", ""),
        ("+442071838750", ""),
        ("+33199001234;ext=5", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_only_ordinary_french_phones_are_shown(written: str, shown: str) -> None:
    assert french_phone(written) == shown
