"""Towns and the addresses in them, the same at every run."""

import csv
import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

# Read by its path: the sandbox imports none of the apps.
TOWNS = Path(__file__).resolve().parents[3] / "directory" / "data" / "towns.csv"
NEIGHBOURS = 5
FARTHEST_NEIGHBOUR_KM = 25.0

STREET_TYPES = (("R", "RUE"), ("AV", "AVENUE"), ("BD", "BOULEVARD"), ("PL", "PLACE"), ("CHE", "CHEMIN"))
STREETS = (
    "DES LILAS", "DE LA RÉPUBLIQUE", "DU MOULIN", "DES ÉCOLES", "DE L'ÉGLISE", "DU 8 MAI 1945", "DES ACACIAS",
    "VICTOR HUGO", "DE LA GARE", "DES PEUPLIERS", "DU CHÂTEAU", "D'AUTREFOIS", "DES FLEURS", "DU STADE", "DE LA PAIX",
    "DES VIGNES", "DU PORT", "DES TILLEULS", "JEAN JAURÈS", "DE LA FONTAINE", "DU LAVOIR", "DES CERISIERS",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Town:
    number: int
    insee: str
    name: str
    postal_codes: tuple[str, ...]
    department: str
    lat: float
    lon: float
    population: int

    @property
    def of(self) -> str:
        """The name after "de", as French wants it: d'Agen, du Mans, de La Rochelle, des Abymes."""
        for article, contracted in (("Le ", "du "), ("Les ", "des ")):
            if self.name.startswith(article):
                return contracted + self.name.removeprefix(article)
        return f"d'{self.name}" if self.name[0] in "AEIOUÉÈHY" else f"de {self.name}"

    @property
    def spread_km(self) -> float:
        """Half of the addresses lie within about this distance of the centre."""
        return min(1.6, 0.3 + math.sqrt(self.population) / 150)

    @property
    def addresses(self) -> int:
        return max(12, self.population // 120)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One address of a town."""

    number: int
    town: Town
    house: str
    repetition: str
    street_type: tuple[str, str]
    street: str
    postal_code: str
    lat: float
    lon: float

    @property
    def line(self) -> str:
        return " ".join(filter(None, (self.house, self.repetition, self.street_type[1], self.street)))


@cache
def towns() -> tuple[Town, ...]:
    """Every inhabited town (the whole of Paris, Lyon and Marseille gives way to its arrondissements)."""
    with TOWNS.open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["insee"] not in {"75056", "69123", "13055"}]
    return tuple(
        Town(
            number=number,
            insee=row["insee"],
            name=row["name"],
            postal_codes=tuple(row["postal_codes"].split()),
            department=row["insee"][:3] if row["insee"][:2] in {"97", "98"} else row["insee"][:2],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            population=int(row["population"]),
        )
        for number, row in enumerate(rows)
    )


class Draw:
    """Picks a town with a chance that follows its weight."""

    def __init__(self, chosen: Sequence[Town], weights: Sequence[float]) -> None:
        self.towns = tuple(chosen)
        self.bounds = list(accumulate(weights))

    def town(self, chance: float) -> Town:
        return self.towns[min(bisect(self.bounds, chance * self.bounds[-1]), len(self.towns) - 1)]


def by_population(chosen: Sequence[Town]) -> Draw:
    return Draw(chosen, [max(1_000, town.population) for town in chosen])


@cache
def neighbours(number: int) -> tuple[Town, ...]:
    """The town itself and the nearest around it."""
    here = towns()[number]
    near = sorted(towns(), key=lambda town: kilometres(here, town))[: NEIGHBOURS + 1]
    return tuple(town for town in near if kilometres(here, town) <= FARTHEST_NEIGHBOUR_KM)


def kilometres(a: Town, b: Town) -> float:
    east = (b.lon - a.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return 111.2 * math.hypot(b.lat - a.lat, east)


@cache
def spot(town_number: int, number: int) -> Spot:
    """Address `number` of a town, always the same."""
    town = towns()[town_number]
    dice = Random(town_number * 1_000_003 + number)  # noqa: S311 - a synthetic address
    distance, angle = abs(dice.gauss(0, town.spread_km)), dice.random() * math.tau
    lat = town.lat + distance * math.sin(angle) / 111.2
    lon = town.lon + distance * math.cos(angle) / (111.2 * math.cos(math.radians(town.lat)))
    return Spot(
        number=number,
        town=town,
        house=str(dice.randint(1, 180)),
        repetition="B" if dice.random() < 0.04 else "",
        street_type=dice.choice(STREET_TYPES),
        street=dice.choice(STREETS),
        postal_code=dice.choice(town.postal_codes),
        lat=round(lat, 5),
        lon=round(lon, 5),
    )
