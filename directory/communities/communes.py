"""Read communes as people write them, one a line: an INSEE code, or a name with its department if need be."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from directory.models import Commune
from directory.places import spellings

MOST_LINES = 600
_CODE = re.compile(r"^(\d{5}|2[AB]\d{3})\b", re.IGNORECASE)
_NAME_AND_DEPARTMENT = re.compile(r"^(?P<name>.+?)\s*\(?\b(?P<department>\d{2,3}|2[AB])\)?$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Understood:
    """The codes that some lines mean, and why the others mean none."""

    codes: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    by_code: dict[str, Commune] = field(default_factory=dict)
    by_name: dict[str, list[Commune]] = field(default_factory=dict)
    by_postcode: dict[str, list[Commune]] = field(default_factory=dict)


def understand(text: str, *, held: Collection[str] = ()) -> Understood:
    """Understand every line; what follows a code is for people only. Three queries for any number of lines.

    Codes already `held` are taken as they are, even when the commune file has lost them.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > MOST_LINES:
        return Understood(codes=(), faults=(f"{len(lines)} lignes : {MOST_LINES} au plus à la fois.",))
    known = _known([line for _, line in lines])
    codes, faults = [], []
    for number, line in lines:
        found = _meant(line, known)
        if isinstance(found, Commune):
            codes.append(found.insee)
        elif _code(line) in held:
            codes.append(_code(line))
        else:
            faults.append(f"Ligne {number}, « {line[:40]} » : {found}")
    return Understood(codes=tuple(dict.fromkeys(codes)), faults=tuple(faults))


def _known(lines: Sequence[str]) -> _Known:
    """Read the communes that these lines may mean: by code, by name, and by the postcode taken for a code."""
    codes = {code for line in lines if (code := _code(line))}
    names = {spelling for line in lines if not _code(line) for spelling in spellings(_parted(line)[0])}
    known = _Known(by_code={one.insee: one for one in Commune.objects.filter(insee__in=codes)})
    for one in Commune.objects.filter(search_name__in=names).order_by("insee"):
        known.by_name.setdefault(one.search_name, []).append(one)
    unknown = sorted(codes - set(known.by_code))
    for one in Commune.objects.filter(postal_codes__overlap=unknown).order_by("-population", "insee"):
        for postcode in one.postal_codes:
            known.by_postcode.setdefault(postcode, []).append(one)
    return known


def _meant(line: str, known: _Known) -> Commune | str:
    """The commune of one line, or why there is none."""
    if code := _code(line):
        return known.by_code.get(code) or _no_such_code(known.by_postcode.get(code, []))
    name, department = _parted(line)
    found = [one for spelling in sorted(spellings(name)) for one in known.by_name.get(spelling, [])]
    if department:
        found = [one for one in found if one.department_id == department]
    if len(found) == 1:
        return found[0]
    if not found:
        return "aucune commune de ce nom. Écrivez son code INSEE."
    return f"plusieurs communes portent ce nom ({_choices(found)}). Écrivez le code INSEE."


def _code(line: str) -> str:
    written = _CODE.match(line)
    return written[1].upper() if written else ""


def _parted(line: str) -> tuple[str, str]:
    """ "Saint-Denis (974)" is a name and a department."""
    parted = _NAME_AND_DEPARTMENT.match(line)
    return (parted["name"], parted["department"].upper()) if parted else (line, "")


def _no_such_code(at_postcode: Sequence[Commune]) -> str:
    """A postcode is what people write most often instead."""
    if at_postcode:
        return f"c’est un code postal. Codes INSEE : {_choices(at_postcode)}."
    return "aucune commune n’a ce code INSEE."


def _choices(communes: Iterable[Commune]) -> str:
    return ", ".join(f"{one.name} {one.insee}" for one in list(communes)[:5])
