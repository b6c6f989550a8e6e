"""Person number i: the same name, profession and places whatever the size of the territory."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from sasportal.sandbox.territory.land import Draw, Spot, Town, by_population, neighbours, spot, towns
from sasportal.sandbox.territory.structures import CDS, MSP, houses_of

FIRST_RPPS = 99_700_100_000
FIRST_ADELI = 970_000_000
DEMO_COHORT = 10_000

FAMILY_A = ("Bel", "Cor", "Dar", "Fau", "Gal", "Jou", "Lan", "Mar", "Nor", "Per", "Ros", "Sau", "Tur", "Val", "Vé",
            "Ché", "Brû", "Qué", "Pré", "Mon", "Çal", "Œu", "Del", "Mau")  # fmt: skip
FAMILY_B = ("a", "i", "o", "é", "an", "or", "ir", "eu", "ou", "al")
FAMILY_C = ("ran", "vel", "tier", "mont", "neau", "lin", "das", "rol", "quet", "bert", "sac", "vin", "ger", "nac",
            "let", "zac", "veil", "drac", "mel", "tou")  # fmt: skip
FAMILY_BEFORE = (("", 90), ("D'", 3), ("LE ", 3), ("SAINT-", 2), ("DE LA ", 2))
GIVEN_A = ("Ma", "Lo", "Jo", "Né", "Ti", "Sé", "Ly", "Cé", "Ra", "No", "El", "Ar", "Vi", "Ga", "Mi", "Zo")
GIVEN_B = ("line", "ris", "na", "lio", "rane", "thel", "mie", "do", "lys", "van", "rine", "naël", "via", "dric")

# Out of 100 rows of city care in the country.
PROFESSIONS = (
    ("10", "Médecin", 14), ("21", "Pharmacien", 6), ("40", "Chirurgien-Dentiste", 6), ("50", "Sage-Femme", 3),
    ("60", "Infirmier", 43), ("70", "Masseur-Kinésithérapeute", 16), ("80", "Pédicure-Podologue", 3),
    ("91", "Orthophoniste", 5), ("92", "Orthoptiste", 1), ("93", "Psychologue", 3),
)  # fmt: skip
# The demo's own cohort holds more doctors: they are whom regulators look for.
DEMO_PROFESSIONS = (
    ("10", "Médecin", 42), ("21", "Pharmacien", 5), ("40", "Chirurgien-Dentiste", 10), ("50", "Sage-Femme", 4),
    ("60", "Infirmier", 18), ("70", "Masseur-Kinésithérapeute", 13), ("80", "Pédicure-Podologue", 3),
    ("91", "Orthophoniste", 3), ("92", "Orthoptiste", 1), ("93", "Psychologue", 1),
)  # fmt: skip
KNOW_HOW = (
    ("SM54", "Spécialiste en Médecine Générale", 40), ("SM53", "Qualifié en Médecine Générale", 10),
    ("SM26", "Qualifié en Médecine Générale", 8), ("SM04", "Cardiologie et maladies vasculaires", 4),
    ("SM73", "Médecine cardiovasculaire", 1), ("SM15", "Dermatologie et vénéréologie", 3),
    ("SM20", "Gynécologie-obstétrique", 4), ("SM38", "Ophtalmologie", 5), ("SM40", "Pédiatrie", 6),
    ("SM42", "Psychiatrie", 5), ("SM92", "Psychiatrie de l'adulte", 1), ("SM41", "Pneumologie", 2),
    ("SM44", "Radio-diagnostic", 3), ("SM48", "Rhumatologie", 2), ("SM24", "Gastro-entérologie et hépatologie", 2),
    ("SM36", "Oto-rhino-laryngologie", 2), ("SM32", "Neurologie", 1), ("SM59", "Médecine d'urgence", 1),
)  # fmt: skip
PLACES = (1, 2, 3, 4)
PLACE_WEIGHTS = (75, 93, 98, 100)


@dataclass(frozen=True, kw_only=True)
class Practice:
    """One place of practice; `house` fields are empty in an ordinary surgery."""

    spot: Spot
    technical_id: str
    finess: str = ""
    siret: str = ""
    name: str = ""
    sector: str = "SA07"
    mode: str = "L"
    phone: str = ""
    rank_id: str = ""

    @property
    def structure_id(self) -> str:
        """Prefixed, FINESS before SIRET before the practitioner's own rank."""
        if self.finess:
            return "1" + self.finess
        return "3" + self.siret if self.siret else self.rank_id


@dataclass(frozen=True, kw_only=True)
class Person:
    number: int
    id_type: str
    identifier: str
    civility: str
    family_name: str
    given_name: str
    profession: str
    profession_label: str
    know_how: str
    know_how_label: str
    practices: tuple[Practice, ...]
    # Of the demo's own effectors (cast.py): the editor that knows them and how they declared; None: left to chance
    software: str | None = None
    declared: str | None = None

    @property
    def national_id(self) -> str:
        return self.id_type + self.identifier

    @property
    def town(self) -> Town:
        return self.practices[0].spot.town


@cache
def focus() -> tuple[tuple[float, Draw], ...]:
    """Where the demo's own cohort lives: well-filled areas first, then the whole country."""

    def draw(*departments: str, prefix: str = "") -> Draw:
        return by_population([t for t in towns() if t.department in departments and t.insee.startswith(prefix)])

    agen = [town for town in towns() if town.department == "47"]
    return (
        (0.09, Draw(agen, [7 if town.insee == "47001" else 1 for town in agen])),
        (0.15, draw("95")),
        (0.24, draw("75")),
        (0.30, draw("13", prefix="132")),
        (0.36, draw("33")),
        (0.43, draw("974")),
        (0.72, Draw(towns(), [1] * len(towns()))),
        (1.00, by_population(towns())),
    )


@cache
def everywhere() -> Draw:
    return by_population(towns())


_dice = Random()  # noqa: S311 - synthetic persons


def person(number: int, *, month: int = 0) -> Person | None:
    """Person `number` as the extraction of `month` shows him; None once he has left."""
    dice = _dice
    dice.seed(number * 7_919 + 13)
    chance = dice.random()
    town = home(number, chance, dice)
    mix = DEMO_PROFESSIONS if number < DEMO_COHORT else PROFESSIONS
    profession, label = weighted(mix, dice.random())
    know_how, know_how_label = weighted(KNOW_HOW, dice.random()) if profession == "10" else ("", "")
    adeli = profession in {"91", "92", "93"} and dice.random() < 0.3
    identifier = f"{FIRST_ADELI + number:09d}" if adeli else f"{FIRST_RPPS + number}"
    family, given, woman = family_name(dice), given_name(dice), dice.random() < 0.5
    moved = happened(number, month, 0x5A17, 0.008)
    if happened(number, month, 0x1EAF, 0.003):
        return None
    if moved:
        dice.seed(number * 7_919 + 14)
    return Person(
        number=number,
        id_type="0" if adeli else "8",
        identifier=identifier,
        civility="MME" if woman else "M",
        family_name=family,
        given_name=given,
        profession=profession,
        profession_label=label,
        know_how=know_how,
        know_how_label=know_how_label,
        practices=tuple(practices(dice, town, profession, identifier)),
    )


def home(number: int, chance: float, dice: Random) -> Town:
    if number >= DEMO_COHORT:
        return everywhere().town(chance)
    draw = next(draw for bound, draw in focus() if chance < bound)
    return draw.town(dice.random())


@cache
def bounds(table: tuple[tuple[str, str, int], ...]) -> tuple[tuple[float, str, str], ...]:
    total, so_far, found = sum(weight for *_, weight in table), 0, []
    for code, label, weight in table:
        so_far += weight
        found.append((so_far / total, code, label))
    return tuple(found)


def weighted(table: tuple[tuple[str, str, int], ...], chance: float) -> tuple[str, str]:
    for bound, code, label in bounds(table):
        if chance < bound:
            return code, label
    return table[-1][0], table[-1][1]


def family_name(dice: Random) -> str:
    chance, before = dice.random() * 100, ""
    for text, weight in FAMILY_BEFORE:
        if chance < weight:
            before = text
            break
        chance -= weight
    core = dice.choice(FAMILY_A) + dice.choice(FAMILY_B) + dice.choice(FAMILY_C)
    return (before + core).upper()


def given_name(dice: Random) -> str:
    name = dice.choice(GIVEN_A) + dice.choice(GIVEN_B)
    return f"{name}-{dice.choice(GIVEN_A)}{dice.choice(GIVEN_B)}" if dice.random() < 0.05 else name


def happened(number: int, month: int, salt: int, monthly: float) -> bool:
    """Whether something that happens to a share of persons each month happened by `month`."""
    for past in range(1, month + 1):
        mixed = (number * 2_654_435_761 + past * 40_503 + salt * 97) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 15)) * 2_246_822_519) & 0xFFFFFFFF
        if ((mixed ^ (mixed >> 13)) & 0xFFFF) / 0x10000 < monthly:
            return True
    return False


def practices(dice: Random, town: Town, profession: str, identifier: str) -> Iterator[Practice]:
    chance = dice.random() * 100
    wanted = next(count for count, bound in zip(PLACES, PLACE_WEIGHTS, strict=True) if chance < bound)
    around = neighbours(town.number)
    for rank in range(1, wanted + 1):
        here = town if rank == 1 else around[int(dice.random() * len(around))]
        yield practice(dice, here, profession, f"4{identifier}{rank:03d}")


def practice(dice: Random, town: Town, profession: str, rank_id: str) -> Practice:
    phone = phone_of(dice)
    chance = dice.random()
    category = MSP if chance < 0.16 else CDS if chance < 0.20 and profession in {"10", "40"} else ""
    house = next((h for h in houses_of(town.number) if category and h.category == category), None)
    if house:
        return Practice(
            spot=house.spot, technical_id="F" + house.finess, finess=house.finess, name=house.name, phone=phone,
            sector="SA05" if category == CDS else "SA50", mode="S" if category == CDS else "L", rank_id=rank_id,
        )  # fmt: skip
    number = 1_000 + int(dice.random() * town.addresses)
    return Practice(
        spot=spot(town.number, number),
        technical_id="" if number % 25 == 0 else f"C{town.number:04d}{number:08d}",
        siret=f"9970{town.number:04d}{number:06d}" if number % 7 == 0 else "",
        name=practice_name(number),
        sector="SA08" if number % 3 else "SA07",
        phone=phone,
        rank_id=rank_id,
    )


def practice_name(number: int) -> str:
    return {0: 'CABINET "LES LILAS', 1: "CABINET MÉDICAL DE L'HORLOGE"}.get(number % 40, "CABINET")


def phone_of(dice: Random) -> str:
    chance = dice.random()
    digits = int(dice.random() * 10_000)
    if chance < 0.10:
        return ""
    return f"063998{digits:04d}" if chance < 0.25 else f"019900{digits:04d}"
