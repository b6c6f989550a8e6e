"""The communes of a CPTS. A commune may belong to several CPTS: that is said, not refused."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction

from directory.communities.profile import hold
from directory.communities.rights import Part, load_structure
from directory.models import Commune, CptsCommune, Structure
from sasportal.accounts.models import User
from sasportal.audit import trail
from sasportal.spelling import plain


@dataclass(frozen=True, kw_only=True)
class TerritoryCommune:
    """One commune of the territory; `name` is empty when the commune file no longer knows it."""

    insee: str
    name: str
    department: str
    population: int
    also: tuple[str, ...] = ()  # names of the other CPTS that hold it


def read_territory(code: str) -> list[TerritoryCommune]:
    """Communes of this CPTS by name, with the other CPTS that hold them; three queries."""
    insees = codes_of(code)
    known = {commune.insee: commune for commune in Commune.objects.filter(insee__in=insees)}
    others = _other_cpts(code, insees)
    rows = [_commune(insee, known.get(insee), others.get(insee, ())) for insee in insees]
    return sorted(rows, key=lambda row: (plain(row.name), row.insee))


def codes_of(code: str) -> list[str]:
    return list(CptsCommune.objects.filter(finess=code).order_by("insee").values_list("insee", flat=True))


@transaction.atomic
def change_territory(
    *, actor: User, code: str, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> tuple[list[str], list[str]]:
    """Add and remove communes; return those that really came and went. Raises those of load_structure."""
    managed = load_structure(actor=actor, code=code, part=Part.TERRITORY)
    hold(managed)
    held = set(codes_of(code))
    added, removed = sorted(set(add) - held), sorted(set(remove) & held)
    CptsCommune.objects.bulk_create(CptsCommune(finess=code, insee=insee) for insee in added)
    CptsCommune.objects.filter(finess=code, insee__in=removed).delete()
    if added or removed:
        trail.record(actor=actor, action="structure.territory_changed", target=code, added=added, removed=removed)
    return added, removed


def as_lines(communes: Iterable[TerritoryCommune]) -> str:
    return "\n".join(f"{commune.insee} {commune.name}".strip() for commune in communes)


def named(codes: Collection[str]) -> list[str]:
    """ "Agen (47001)", by name; one query."""
    names = dict(Commune.objects.filter(insee__in=codes).values_list("insee", "name"))
    return sorted((f"{names[code]} ({code})" if code in names else code for code in codes), key=plain)


def _other_cpts(code: str, insees: Collection[str]) -> dict[str, tuple[str, ...]]:
    shared = CptsCommune.objects.filter(insee__in=insees).exclude(finess=code).values_list("insee", "finess")
    holders: dict[str, list[str]] = {}
    for insee, finess in shared:
        holders.setdefault(insee, []).append(finess)
    open_ones = Structure.objects.filter(finess__in={one for held in holders.values() for one in held}, closed_at=None)
    names = dict(open_ones.values_list("finess", "name"))
    return {insee: tuple(sorted(names[one] for one in held if one in names)) for insee, held in holders.items()}


def _commune(insee: str, known: Commune | None, also: tuple[str, ...]) -> TerritoryCommune:
    return TerritoryCommune(
        insee=insee,
        name=known.name if known else "",
        department=known.department_id if known else insee[:2],
        population=known.population if known else 0,
        also=also,
    )
