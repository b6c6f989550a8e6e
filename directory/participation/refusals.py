"""Why a declaration cannot be. Each says it in French; the live declarations stand."""

from dataclasses import dataclass


class DeclarationRefused(Exception):
    """The subclass says why; `field` is what of the declaration is at fault."""

    field = ""


@dataclass
class PractitionerUnknown(DeclarationRefused):
    national_id: str

    def __str__(self) -> str:
        return f"Professionnel inconnu de l'annuaire : {self.national_id}."


@dataclass
class StructureMissing(DeclarationRefused):
    via: str
    field = "structure"

    def __str__(self) -> str:
        return f"Participation « {self.via} » : indiquez la structure (FINESS, ou SIRET pour SOS Médecins)."


@dataclass
class StructureUnknown(DeclarationRefused):
    structure: str
    category: str
    field = "structure"

    def __str__(self) -> str:
        return f"Aucune structure ouverte de type {self.category} sous le numéro {self.structure}."


@dataclass
class StructureUnexpected(DeclarationRefused):
    via: str
    field = "structure"

    def __str__(self) -> str:
        return f"Participation « {self.via} » : aucune structure n'est attendue."


class PlaceNotHis(DeclarationRefused):
    field = "places"

    def __str__(self) -> str:
        return "Un des lieux choisis n'est pas (ou plus) un lieu d'exercice de ce professionnel."


class PeriodReversed(DeclarationRefused):
    field = "ends_at"

    def __str__(self) -> str:
        return "La fin doit suivre le début."


class PeriodPast(DeclarationRefused):
    field = "starts_at"

    def __str__(self) -> str:
        return "Une déclaration ne commence pas dans le passé."


class DeclaredMeanwhile(DeclarationRefused):
    def __str__(self) -> str:
        return "Une autre déclaration vient d'être enregistrée pour ce professionnel ; relisez-la d'abord."
