"""Faults of the way patients' appointments are taken, turned on by a switch."""

from enum import StrEnum

SLOW_SECONDS = 3


class PatientFault(StrEnum):
    NORMAL = "normal"
    REFUSES = "refuse"
    ERROR = "erreur-500"
    SLOW = "lent"
    LOST = "reponse-perdue"
    TWICE = "deux-fois"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    PatientFault.NORMAL: "Prend les rendez-vous",
    PatientFault.REFUSES: "Refuse les rendez-vous (422)",
    PatientFault.ERROR: "Erreur 500",
    PatientFault.SLOW: f"Lent ({SLOW_SECONDS} s de plus)",
    PatientFault.LOST: "Enregistre, puis perd sa réponse",
    PatientFault.TWICE: "Répond, puis le redit par INT_R03",
}
