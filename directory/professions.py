"""Codes of the national directory and the French words for them."""

PROFESSIONS = {
    "10": "Médecin",
    "21": "Pharmacien",
    "40": "Chirurgien-dentiste",
    "50": "Sage-femme",
    "60": "Infirmier",
    "70": "Masseur-kinésithérapeute",
    "80": "Pédicure-podologue",
    "91": "Orthophoniste",
    "92": "Orthoptiste",
    "93": "Psychologue",
}
GENERAL_MEDICINE = ("SM54", "SM53", "SM26")
GENERAL_MEDICINE_LABEL = "Médecine générale"


def profession_label(code: str) -> str:
    return PROFESSIONS.get(code, "Professionnel de santé")


def specialty_label(code: str, label: str) -> str:
    """The three official names of general medicine read as one."""
    return GENERAL_MEDICINE_LABEL if code in GENERAL_MEDICINE else label
