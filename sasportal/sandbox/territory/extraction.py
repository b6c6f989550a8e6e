"""Write persons as the national extraction does: 56 columns, `|`, no quoting, and its usual blemishes."""

from collections.abc import Iterator
from functools import cache

from sasportal.sandbox.territory.land import Town
from sasportal.sandbox.territory.people import Person, Practice

COORDINATES = "(coord. structure)"
HEADER = "|".join(
    (
        "Type d'identifiant PP", "Identifiant PP", "Identification nationale PP", "Code civilité d'exercice",
        "Libellé civilité d'exercice", "Code civilité", "Libellé civilité", "Nom d'exercice", "Prénom d'exercice",
        "Code profession", "Libellé profession", "Code catégorie professionnelle",
        "Libellé catégorie professionnelle", "Code type savoir-faire", "Libellé type savoir-faire",
        "Code savoir-faire", "Libellé savoir-faire", "Code mode exercice", "Libellé mode exercice",
        "Numéro SIRET site", "Numéro SIREN site", "Numéro FINESS site", "Numéro FINESS établissement juridique",
        "Identifiant technique de la structure", "Raison sociale site", "Enseigne commerciale site",
        f"Complément destinataire {COORDINATES}", f"Complément point géographique {COORDINATES}",
        f"Numéro Voie {COORDINATES}", f"Indice répétition voie {COORDINATES}", f"Code type de voie {COORDINATES}",
        f"Libellé type de voie {COORDINATES}", f"Libellé Voie {COORDINATES}", f"Mention distribution {COORDINATES}",
        f"Bureau cedex {COORDINATES}", f"Code postal {COORDINATES}", f"Code commune {COORDINATES}",
        f"Libellé commune {COORDINATES}", f"Code pays {COORDINATES}", f"Libellé pays {COORDINATES}",
        f"Téléphone {COORDINATES}", f"Téléphone 2 {COORDINATES}", f"Télécopie {COORDINATES}",
        f"Adresse e-mail {COORDINATES}", "Code Département (structure)", "Libellé Département (structure)",
        "Ancien identifiant de la structure", "Autorité d'enregistrement", "Code secteur d'activité",
        "Libellé secteur d'activité", "Code section tableau pharmaciens", "Libellé section tableau pharmaciens",
        "Code rôle", "Libellé rôle", "Code genre activité", "Libellé genre activité",
    )
)  # fmt: skip
KNOW_HOW_HEADER = "|".join(HEADER.split("|")[:3] + HEADER.split("|")[7:17])
SECTORS = {"SA05": "Centre de santé", "SA07": "Cabinet individuel", "SA08": "Cabinet de groupe",
           "SA50": "Maison de santé"}  # fmt: skip
MODES = {"L": "Libéral", "S": "Salarié"}
DEPARTMENT_CODES = {"971": "9A", "972": "9B", "973": "9C", "974": "9D", "975": "9E", "976": "9F"}
DOCTOR_TITLE = "DR|Docteur"


@cache
def town_columns(town: Town, postal_code: str) -> str:
    name = town.name.upper()
    return f"||{postal_code}|{town.insee}|{name}|99000|FRANCE"


def lines(person: Person) -> Iterator[str]:
    """Yield the rows of one person: one for each place, and now and then a row to be left out or a duplicate."""
    who = identity(person)
    category = "E|Étudiant" if person.number % 53 == 7 else "C|Civil"
    for rank, practice in enumerate(person.practices):
        line = f"{who}|{category}|{know_how(person)}|{place(person, practice, rank)}"
        yield line
        if person.number % 97 == 5:
            yield line
    if person.number % 10 == 3:
        yield f"{who}|{category}|{know_how(person)}|{hospital_place(person)}"
    if person.profession == "10" and person.number % 12 == 4:
        competence = "C|Compétence|C10|Médecine du sport"
        yield f"{who}|{category}|{competence}|{place(person, person.practices[0], 0)}"


def identity(person: Person) -> str:
    title = DOCTOR_TITLE if person.profession == "10" else "|"
    label = "Madame" if person.civility == "MME" else "Monsieur"
    return (
        f"{person.id_type}|{person.identifier}|{person.national_id}|{title}|{person.civility}|{label}|"
        f"{person.family_name}|{person.given_name}|{person.profession}|{person.profession_label}"
    )


def know_how(person: Person) -> str:
    if not person.know_how:
        return "|||"
    return f"S|Spécialité ordinale|{person.know_how}|{person.know_how_label}"


def place(person: Person, practice: Practice, rank: int) -> str:
    spot, siren = practice.spot, practice.siret[:9]
    address = address_columns(person, practice, rank)
    department = DEPARTMENT_CODES.get(spot.town.department, spot.town.department)
    old_id = "" if practice.finess else practice.rank_id
    return (
        f"{practice.mode}|{MODES[practice.mode]}|{practice.siret}|{siren}|{practice.finess}||{practice.technical_id}|"
        f"{practice.name}||||{address}|{practice.phone}||||{department}||{old_id}|CNOM|"
        f"{practice.sector}|{SECTORS[practice.sector]}|||FON-01|Titulaire de cabinet|GENR01|Activité standard de soin"
    )


def address_columns(person: Person, practice: Practice, rank: int) -> str:
    """Number … country: 12 columns, sometimes without a commune code, rarely abroad."""
    spot = practice.spot
    if person.number % 701 == 11 and rank:
        return "12||R|RUE|DES ALPES||GENEVE|1201||GENEVE|99140|SUISSE"
    street = f"{spot.house}|{spot.repetition}|{spot.street_type[0]}|{spot.street_type[1]}|{spot.street}|"
    if person.number % 37 == 9 and not practice.finess:
        cedex = f"{spot.town.name.upper()} CEDEX 9"
        return f"{street}|{cedex}|{spot.postal_code}|||99000|FRANCE"
    return f"{street}{town_columns(spot.town, spot.postal_code)}"


def hospital_place(person: Person) -> str:
    """A salaried activity in a hospital: not city care, left out by the loader."""
    town = person.town
    address = f"1||AV|AVENUE|DE L'HÔPITAL|{town_columns(town, town.postal_codes[0])}"
    return (
        f"S|Salarié|||{town.department[:2]}8{town.number:03d}001||H{town.number:06d}|CENTRE HOSPITALIER||||{address}|"
        f"||||{town.department}|||CNOM|SA01|Établissement public de santé|||FON-03|Salarié|GENR01|Activité standard"
    )


def know_how_line(person: Person) -> str:
    return (
        f"{person.id_type}|{person.identifier}|{person.national_id}|{person.family_name}|{person.given_name}|"
        f"{person.profession}|{person.profession_label}|C|Civil|{know_how(person)}"
    )
