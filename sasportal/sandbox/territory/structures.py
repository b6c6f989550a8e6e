"""CPTS, health houses, health centres, hospitals, pharmacies and SOS associations of the territory."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sasportal.sandbox.territory.land import Spot, Town, kilometres, spot, towns

CPTS, MSP, CDS, HOSPITAL, PHARMACY = "604", "603", "124", "355", "620"
INHABITANTS_OF_A_CPTS = 60_000
MOST_PHARMACIES = 4
# The CPTS of the demo's structure manager (identities.json).
KNOWN_FINESS = {(CPTS, "47001"): "470099017"}
# Towns with an SOS association of their own.
SOS_TOWNS = (
    "47001", "95127", "75115", "13208", "33063", "97411", "69383", "31555", "44109", "59350", "06088", "67482", "35238",
    "34172",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class House:
    """A structure with a FINESS number."""

    finess: str
    category: str
    name: str
    spot: Spot
    phone: str
    communes: tuple[str, ...] = ()  # of a CPTS

    @property
    def town(self) -> Town:
        return self.spot.town


@cache
def cpts_of_departments() -> dict[str, tuple[House, ...]]:
    """One CPTS for about 60,000 inhabitants of the table, each town with the nearest seat."""
    departments: dict[str, list[Town]] = {}
    for town in towns():
        departments.setdefault(town.department, []).append(town)
    return {department: cpts_of(found) for department, found in departments.items()}


def cpts_of(inhabited: list[Town]) -> tuple[House, ...]:
    largest = sorted(inhabited, key=lambda town: (-town.population, town.insee))
    wanted = -(-sum(town.population for town in inhabited) // INHABITANTS_OF_A_CPTS)
    seats = largest[: max(1, min(wanted, (len(inhabited) + 1) // 2))]
    territory: dict[str, list[str]] = {seat.insee: [] for seat in seats}
    for town in inhabited:
        territory[min(seats, key=lambda seat: kilometres(seat, town)).insee].append(town.insee)
    return tuple(
        house(CPTS, f"CPTS {territory_name(seat)}", seat, rank, communes=tuple(territory[seat.insee]))
        for rank, seat in enumerate(seats, start=1)
    )


def territory_name(town: Town) -> str:
    return {"47001": "de l'Agenais", "95127": "de Cergy-Pontoise", "33063": "Bordeaux Rives"}.get(
        town.insee, f"du territoire {town.of}"
    )


def house(category: str, name: str, town: Town, rank: int, *, communes: tuple[str, ...] = ()) -> House:
    """A structure whose FINESS number starts with its department, as the real ones do."""
    kinds = (CPTS, MSP, CDS, HOSPITAL, PHARMACY)
    suffix = f"{kinds.index(category) + 5}{town.number:03d}{rank:03d}"
    phone = f"019900{(town.number * 37 + kinds.index(category) * 1_009 + rank) % 10_000:04d}"
    return House(
        finess=KNOWN_FINESS.get((category, town.insee), town.department[:2] + suffix),
        category=category,
        name=name,
        spot=spot(town.number, 100 * kinds.index(category) + rank),
        phone=phone,
        communes=communes,
    )


@cache
def houses_of(town_number: int) -> tuple[House, ...]:
    """Structures of one town, its CPTS seat apart."""
    town = towns()[town_number]
    found = []
    if town.population >= 2_000:
        found.append(house(MSP, f"MSP des Remparts {town.of}", town, 1))
    if town.population >= 30_000:
        found.append(house(MSP, f'Maison de santé "Le Pont" {town.of}', town, 2))
        found.append(house(CDS, f"Centre de santé municipal {town.of}", town, 1))
        found.append(house(HOSPITAL, f"Centre hospitalier {town.of}", town, 1))
    pharmacies = min(MOST_PHARMACIES, 1 + town.population // 10_000)
    found += [house(PHARMACY, f"Pharmacie n° {rank} {town.of}", town, rank) for rank in range(1, pharmacies + 1)]
    return tuple(found)


def all_houses() -> Iterator[House]:
    for found in cpts_of_departments().values():
        yield from found
    for town in towns():
        yield from houses_of(town.number)


@cache
def cpts_around(town_number: int) -> tuple[House, ...]:
    """CPTS of a town's department, its own first."""
    town = towns()[town_number]
    found = cpts_of_departments()[town.department]
    return tuple(sorted(found, key=lambda cpts: (town.insee not in cpts.communes, kilometres(cpts.town, town))))


@dataclass(frozen=True, kw_only=True)
class Association:
    siret: str
    name: str
    phone: str
    places: tuple[tuple[str, Spot], ...]


@cache
def associations() -> tuple[Association, ...]:
    by_insee = {town.insee: town for town in towns()}
    return tuple(association(by_insee[insee], rank) for rank, insee in enumerate(SOS_TOWNS, start=1))


def association(town: Town, rank: int) -> Association:
    name = town.name.split(" ")[0] if "arrondissement" in town.name else town.name
    return Association(
        siret=f"997{rank:06d}00011",
        name=f"SOS Médecins {name}",
        phone=f"01990090{rank:02d}",
        places=tuple((f"Point de consultation {label}", spot(town.number, 900 + n)) for n, label in enumerate(
            ("Centre", "Nord") if town.population > 30_000 else ("Centre",)
        )),
    )  # fmt: skip
