"""How people are named: national identifiers as Pro Santé Connect spells them, technical ones for the others."""

import re

TECHNICAL_ID = "urn:oid:1.2.250.1.213.3.6"
# A digit says whose number it is (8: RPPS, 0: ADELI, 3: inside a FINESS structure…), then the number
_NATIONAL_ID = re.compile(r"8[0-9]{11}|[0-79][0-9A-Za-z/._-]{4,48}")


def prefixed(national_id: str) -> str:
    """Accept a bare RPPS (11 digits) or ADELI (9) beside the prefixed forms."""
    bare = national_id.strip().replace(" ", "")
    if bare.isdecimal() and len(bare) in {9, 11}:
        return {9: "0", 11: "8"}[len(bare)] + bare
    return bare


def is_national_id(text: str) -> bool:
    """Tell whether `text` has the form of a prefixed national identifier."""
    return bool(_NATIONAL_ID.fullmatch(text))
