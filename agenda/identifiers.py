"""National identifiers, with their prefix (flows.md, "Identifiers")."""

import re

IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
IDNST = "urn:oid:1.2.250.1.71.4.2.2"

_RPPS = re.compile(r"[0-9]{11}")
_ADELI = re.compile(r"[0-9][0-9AB][0-9]{7}")
_FINESS = re.compile(r"[0-9][0-9AB][0-9]{7}")
_SIRET = re.compile(r"[0-9]{14}")


def professional_id(value: str) -> str:
    """Prefix an RPPS or ADELI number sent bare; leave any other national id as it is. No key is checked."""
    value = value.strip()
    if _RPPS.fullmatch(value):
        return f"8{value}"
    if _ADELI.fullmatch(value):
        return f"0{value}"
    return value


def structure_id(value: str) -> str:
    """Prefix a FINESS or SIRET number sent bare; leave the others as they are."""
    value = value.strip()
    if _FINESS.fullmatch(value):
        return f"1{value}"
    if _SIRET.fullmatch(value):
        return f"3{value}"
    return value


def siret_of(value: str) -> str:
    """Return the fourteen digits of a SIRET, sent prefixed or bare; empty when it is none."""
    identifier = structure_id(value)
    bare = identifier[1:]
    return bare if identifier.startswith("3") and _SIRET.fullmatch(bare) else ""


def finess_of(value: str) -> str:
    """Return the nine characters of a FINESS, sent prefixed or bare; empty when it is none."""
    identifier = structure_id(value)
    bare = identifier[1:]
    return bare if identifier.startswith("1") and _FINESS.fullmatch(bare) else ""
