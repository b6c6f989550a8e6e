"""Where? Turn what a person types (town, postcode, department, address) into a point and a reach."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from django.db.models import OuterRef, QuerySet, Subquery

from directory.loading.location import address_key
from directory.models import Commune, Department, Geocode, Specialty, SpecialtyRadius
from directory.suggestions import Suggestion
from sasportal.spelling import plain

SHORTEST_TEXT = 2
LARGEST_RADIUS_KM = 200
# Communes that are cut into arrondissements, and how the codes of these start.
ARRONDISSEMENTS = {"75056": "751", "69123": "6938", "13055": "132"}

_WHOLE_DEPARTMENT = re.compile(r"^(?:d[ée]partement\s+)?(?P<name>.+?)\s*(?:\(d[ée]partement.*\))?$", re.IGNORECASE)
_NAME_AND_CODE = re.compile(r"^(?P<name>.+?)\s*\((?P<code>\d{2,3}|2[ABab])\)$")
_POSTCODE_AND_NAME = re.compile(r"^(?P<line>.*?)[\s,]*\b(?P<code>\d{5}|2[ABab]\d{3})\b[\s,]*(?P<name>.*)$")
_DEPARTMENT_CODE = re.compile(r"^(\d{1,3}|2[ab])$")


@dataclass(frozen=True, kw_only=True)
class Near:
    """A place understood: degrees WGS84, radius in km (ignored for a department search)."""

    label: str
    lat: float
    lon: float
    radius_km: int
    department: str
    kind: Literal["address", "town", "department"]
    time_zone: str
    insee: str = ""


@dataclass
class PlaceUnknown(Exception):
    """No place of that name; `suggestions` are the nearest spellings."""

    text: str
    suggestions: list[str] = field(default_factory=list)


def locate(where: str, *, radius_km: int | None = None, specialty: Specialty | None = None) -> Near:
    """Understand `where`; the radius is the asked one, else the specialty's, else the department's.

    Raises PlaceUnknown with the nearest names.
    """
    text = " ".join(where.split())
    if department := department_said_to_be_one(text):
        return near_department(department, radius_km)
    line, commune = coded_or_named(text, communes(specialty))
    if commune:
        return near_commune(commune, line, radius_km)
    # A town bears its name first ("Paris"); a department before the end of an address ("Pas-de-Calais").
    if department := department_named(text):
        return near_department(department, radius_km)
    line, commune = street_then_commune(text, communes(specialty))
    if commune:
        return near_commune(commune, line, radius_km)
    raise PlaceUnknown(where, close_names(text))


def department_said_to_be_one(text: str) -> Department | None:
    """A department by its code ("47", "2A"), or called one ("Landes (département)")."""
    name = plain(text)
    if _DEPARTMENT_CODE.match(name):
        return Department.objects.filter(code=name.upper().zfill(2)).first()
    return department_named(text) if "departement" in name.split() else None


def department_named(text: str) -> Department | None:
    wanted = _NAME_AND_CODE.match(text) or _WHOLE_DEPARTMENT.match(text)
    bare = plain(wanted["name"]) if wanted else plain(text)
    return Department.objects.filter(search_name__in={bare, bare.removeprefix("la "), f"la {bare}"}).first()


def coded_or_named(text: str, known: QuerySet[Commune]) -> tuple[str, Commune | None]:
    """Street (or "") and commune of what carries a postcode, or is the name of a commune and nothing else."""
    name_and_code = _NAME_AND_CODE.match(text)
    if name_and_code:
        code = name_and_code["code"].upper()
        return "", largest(known.filter(search_name__in=spellings(name_and_code["name"]), department=code))
    coded = _POSTCODE_AND_NAME.match(text)
    if coded:
        return coded["line"].strip(" ,"), commune_by_code(coded["code"].upper(), coded["name"], known)
    return "", largest(known.filter(search_name__in=spellings(text)))


def commune_by_code(code: str, name: str, known: QuerySet[Commune]) -> Commune | None:
    """By postcode (its commune of that name, else its largest), else by INSEE code."""
    found = list(known.filter(postal_codes__contains=[code]))
    named = [commune for commune in found if commune.search_name in spellings(name)]
    if found:
        return max(named or found, key=lambda commune: commune.population)
    by_insee = known.filter(insee=code).first()
    return by_insee or (largest(known.filter(search_name__in=spellings(name))) if name else None)


def street_then_commune(text: str, known: QuerySet[Commune]) -> tuple[str, Commune | None]:
    """ "12 rue des Lilas Agen": the longest ending that is a commune."""
    words = plain(text).split()
    endings = {" ".join(words[start:]): start for start in range(1, len(words))}
    found = {c.search_name: c for c in known.filter(search_name__in=endings).order_by("population")}
    if not found:
        return "", None
    ending = max(found, key=len)
    return " ".join(words[: endings[ending]]), found[ending]


def spellings(name: str) -> set[str]:
    """Names to look for: "St Denis" is Saint-Denis, "Agen Cedex 9" is Agen."""
    bare = re.sub(r"\s+cedex.*$", "", plain(name))
    return {bare, re.sub(r"\bst\b", "saint", re.sub(r"\bste\b", "sainte", bare))}


def communes(specialty: Specialty | None) -> QuerySet[Commune]:
    """Communes with their department, and the admin's own radius there for the specialty (km), if any."""
    own = SpecialtyRadius.objects.filter(department=OuterRef("department"), specialty=specialty)
    return Commune.objects.select_related("department").annotate(own_radius_km=Subquery(own.values("radius_km")))


def largest(communes: Iterable[Commune]) -> Commune | None:
    return max(communes, key=lambda commune: commune.population, default=None)


def near_department(department: Department, radius_km: int | None) -> Near:
    seat = Commune.objects.filter(department=department).order_by("-population").first()
    if seat is None:
        raise PlaceUnknown(department.name)
    return Near(
        label=str(department), lat=seat.lat, lon=seat.lon, radius_km=reach(radius_km, department.radius_km),
        department=department.code, kind="department", time_zone=department.time_zone,
    )  # fmt: skip


def near_commune(commune: Commune, line: str, radius_km: int | None) -> Near:
    """Near an address when its point is known, else near its commune (and said so: kind "town")."""
    department = commune.department
    geocode = geocode_of(line, commune) if line else None
    label = f"{commune.name} ({department.code})"
    return Near(
        label=f"{line}, {label}" if geocode else label,
        lat=geocode.lat if geocode else commune.lat,
        lon=geocode.lon if geocode else commune.lon,
        radius_km=reach(radius_km, commune.own_radius_km or department.radius_km),  # type: ignore[attr-defined]
        department=department.code,
        kind="address" if geocode else "town",
        time_zone=department.time_zone,
        insee=commune.insee,
    )


def geocode_of(line: str, commune: Commune) -> Geocode | None:
    keys = [address_key(line, code, commune.insee) for code in commune.postal_codes]
    return Geocode.objects.filter(address_key__in=keys).first()


def reach(asked: int | None, usual: int) -> int:
    return min(max(asked, 1), LARGEST_RADIUS_KM) if asked else usual


def close_names(text: str) -> list[str]:
    """Communes whose spelling is near, for "vouliez-vous dire"."""
    name = plain(text)
    if len(name) < SHORTEST_TEXT:
        return []
    known = {
        commune.search_name: f"{commune.name} ({commune.department_id})"
        for commune in Commune.objects.filter(search_name__startswith=name[:2]).order_by("population")
    }
    return [known[match] for match in get_close_matches(name, known, n=5, cutoff=0.6)]


def suggest_places(text: str, limit: int = 8) -> list[Suggestion]:
    """Departments and communes whose name, code or postcode starts with `text`."""
    name = plain(text)
    if len(name) < SHORTEST_TEXT:
        return []
    if name.isdecimal():
        communes = Commune.objects.filter(postal_codes__contains=[name]) if len(name) == 5 else Commune.objects.none()
        departments = Department.objects.filter(code=name)
    else:
        wanted = max(spellings(text), key=len)
        communes = Commune.objects.filter(search_name__startswith=wanted)
        departments = Department.objects.filter(search_name__contains=name)
    found = [Suggestion(group="Départements", label=str(d), value=f"{d.name} (département)") for d in departments[:3]]
    for commune in communes.order_by("-population", "insee")[: limit - len(found)]:
        label = f"{commune.name} ({commune.department_id})"
        found.append(Suggestion(group="Communes", label=label, value=label))
    return found
