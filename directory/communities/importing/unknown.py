"""Why does the directory not know this number? The nearest reason, so that somebody can correct the file."""

import re

_ROUNDED = re.compile(r"^\d[.,]?\d*E\+?\d+$", re.IGNORECASE)  # what a spreadsheet makes of eleven digits


def why_unknown(text: str, *, is_structure: bool = False) -> str:
    """Say it of what was read; `is_structure`: it is the number of a structure."""
    compact = "".join(text.split())
    if not compact:
        return "Numéro RPPS manquant."
    if _ROUNDED.match(compact):
        return "Numéro arrondi par le tableur : mettez la colonne au format « Texte » et saisissez-le à nouveau."
    if is_structure:
        return "C’est le numéro d’une structure, non d’un professionnel."
    if not compact.isdecimal():
        return "Ce n’est pas un numéro RPPS : 11 chiffres sont attendus."
    match len(compact):
        case 9:
            return "Aucun professionnel n’a ce numéro ADELI."
        case 11:
            return _unknown_rpps(compact)
        case 12 if compact[0] == "8":
            return _unknown_rpps(compact[1:])
        case length:
            return f"Un numéro RPPS compte 11 chiffres : {length} lus."


def _unknown_rpps(digits: str) -> str:
    if luhn(digits):
        return "Ce numéro RPPS n’est pas dans l’annuaire : professionnel inscrit depuis peu, ou qui n’exerce pas."
    return "Ce numéro RPPS n’est pas dans l’annuaire et sa clé est fausse : vérifiez la frappe."


def luhn(digits: str) -> bool:
    """Does the last digit check the others?"""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
