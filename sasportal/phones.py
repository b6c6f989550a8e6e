"""French phone numbers: which may be shown and called, and how they are written."""

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
ORDINARY = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.TOLL_FREE,
}
# Mobile numbers the regulator of telecoms keeps for fiction; the library does not call them valid
RESERVED_FOR_FICTION = range(639_98_00_00, 639_99_00_00)


@lru_cache(maxsize=8192)
def french_phone(text: str) -> str:
    """Return a valid, ordinary French number the way people write it; empty for any other, premium ones included."""
    for region in ("FR", *OVERSEAS):
        try:
            number = phonenumbers.parse(text[:40], region)
        except phonenumbers.NumberParseException:
            return ""
        if number.extension:
            return ""
        if phonenumbers.number_type(number) in ORDINARY and _is_french(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        if number.country_code == 33 and number.national_number in RESERVED_FOR_FICTION:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return ""


def _is_french(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.region_code_for_number(number) in {"FR", *OVERSEAS}
