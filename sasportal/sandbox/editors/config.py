"""What the fake editors are told at start: where the others are, who each editor is."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Kind(StrEnum):
    """What makes one fake editor different from another."""

    INDIVIDUAL = "individual"
    CPTS = "cpts"  # shares slots with communities (INT_R04)
    SLOW = "slow"
    PARTIAL = "partial"  # knows one practitioner in two
    SOS = "sos"  # SOS Médecins associations and their consultation places, no practitioner


# Seconds before an answer when nothing is switched, so that a search page fills in visibly
USUAL_DELAY = {Kind.INDIVIDUAL: 0.08, Kind.CPTS: 0.25, Kind.SLOW: 1.2, Kind.PARTIAL: 0.45, Kind.SOS: 0.3}
PRESENTATION = {
    Kind.INDIVIDUAL: "Cabinets individuels.",
    Kind.CPTS: "Cabinets et communautés professionnelles (CPTS).",
    Kind.SLOW: "Un logiciel lent, aux pannes commandées.",
    Kind.PARTIAL: "Un logiciel qui ne connaît qu’un praticien sur deux.",
    Kind.SOS: "Associations SOS Médecins et leurs lieux de consultation.",
}


@dataclass(frozen=True, kw_only=True)
class EditorConfig:
    """One fake editor; `delay` in seconds."""

    name: str
    slug: str
    port: int
    kind: Kind
    agenda_file: Path
    psc_client_id: str
    psc_client_secret: str
    inbound_secret: str
    psc_issuer: str
    portal_url: str
    data: Path
    delay: float

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def fhir_base(self) -> str:
        return f"{self.base}/fhir"

    @property
    def takes_patients(self) -> bool:
        """Does it take appointments that patients ask on the platform?"""
        return self.kind is Kind.INDIVIDUAL

    @property
    def shares_with_communities(self) -> bool:
        return self.kind in {Kind.CPTS, Kind.PARTIAL}

    @property
    def appointment_system(self) -> str:
        """System of this editor's own appointment identifiers."""
        return f"https://{self.slug}.editeur.example/rendez-vous"


def read_config(config: dict[str, Any]) -> tuple[EditorConfig, ...]:
    data = Path(config.get("data", "var/sandbox/editors"))
    return tuple(_editor(one, config, data) for one in config["editors"])


def _editor(one: dict[str, Any], config: dict[str, Any], data: Path) -> EditorConfig:
    kind = Kind(one["kind"])
    return EditorConfig(
        name=one["name"],
        slug=one["slug"],
        port=one["port"],
        kind=kind,
        agenda_file=Path(one["agenda_file"]),
        psc_client_id=one["psc_client_id"],
        psc_client_secret=one["psc_client_secret"],
        inbound_secret=one["inbound_secret"],
        psc_issuer=config["psc_issuer"],
        portal_url=config["portal_url"].rstrip("/"),
        data=data,
        delay=one.get("delay", USUAL_DELAY[kind]),
    )
