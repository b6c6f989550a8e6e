"""The fictitious professionals, and what Pro Santé Connect says of each."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "identities.json"
FEDERATION = "550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd"  # the middle part of every technical `sub`
ROLE_SYSTEM = "1.2.250.1.213.1.1.5.5"
SECTOR_SYSTEM = "1.2.250.1.71.4.2.4"


@dataclass(frozen=True, kw_only=True)
class Identity:
    national_id: str
    given_name: str
    family_name: str
    profession: str
    sector: str
    organization: str
    presentation: str

    @property
    def subject(self) -> str:
        return f"f:{FEDERATION}:{self.national_id}"


@cache
def identities() -> dict[str, Identity]:
    fields = list(Identity.__dataclass_fields__)
    known = [Identity(**{name: row[name] for name in fields}) for row in json.loads(FILE.read_text())]
    return {identity.national_id: identity for identity in known}


def with_subject(subject: str) -> Identity | None:
    return next((identity for identity in identities().values() if identity.subject == subject), None)


def claims_about(identity: Identity) -> dict[str, Any]:
    """Return the claims as Pro Santé Connect words them: text everywhere, empty rather than absent."""
    return {
        "sub": identity.subject,
        "SubjectNameID": identity.national_id,
        "preferred_username": identity.national_id,
        "given_name": identity.given_name,
        "family_name": identity.family_name,
        "name": f"{identity.given_name} {identity.family_name}",
        "SubjectRole": [f"{identity.profession}^{ROLE_SYSTEM}"] if identity.profession else [],
        "Secteur_Activite": f"{identity.sector}^{SECTOR_SYSTEM}",
        "SubjectOrganization": identity.organization,
        "SubjectOrganizationID": "",
        "Acces_Regulation_Medicale": "FAUX",
        "Mode_Acces_Raison": "",
        "otherIds": [{"identifiant": identity.national_id, "origine": _origin(identity), "qualite": "1"}],
        "SubjectRefPro": {"codeCivilite": "", "exercices": [_practice(identity)]},
        "authMode": "MOBILE",
        "acr": "eidas1",
    }


def _origin(identity: Identity) -> str:
    return "RPPS" if identity.national_id.startswith("8") else "STRUCTURE"


def _practice(identity: Identity) -> dict[str, Any]:
    return {
        "codeProfession": identity.profession,
        "codeCategorieProfessionnelle": "C" if identity.profession else "",
        "nomDexercice": identity.family_name,
        "prenomDexercice": identity.given_name,
        "codeTypeSavoirFaire": "",
        "codeSavoirFaire": "",
        "activities": [
            {
                "codeModeExercice": "S",
                "codeSecteurDactivite": identity.sector,
                "raisonSocialeSite": identity.organization,
                "numeroFinessSite": "",
                "numeroSiretSite": "",
                "codeRole": "",
            }
        ],
    }
