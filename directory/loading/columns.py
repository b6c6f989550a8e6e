"""Which column of a file is which field: headers drift from month to month, fields do not."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from directory.loading.failures import WrongFile
from sasportal.spelling import plain

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file's fields: `headers` gives each field the spellings its header was seen with."""

    name: str
    headers: Mapping[str, tuple[str, ...]]
    required: frozenset[str]


def header_key(header: str) -> str:
    """Reduce a header to what does not drift: "Code postal (coord. structure)" gives "code postal"."""
    words = plain(header.lstrip("\ufeff")).split()
    return " ".join(word for word in words if word not in {"coord", "structure", "d", "de", "la", "du", "l"})


def match_header(headers: Sequence[str], layout: Format) -> list[str]:
    """Name each column of a file by its field, or `extra_n`; raise WrongFile when a required one is missing."""
    fields = {header_key(alias): field for field, aliases in layout.headers.items() for alias in aliases}
    names: list[str] = []
    for position, header in enumerate(headers):
        field = fields.get(header_key(header), "")
        names.append(field if field and field not in names else f"extra_{position}")
    missing = [layout.headers[field][0] for field in layout.headers if field in layout.required - set(names)]
    if missing:
        raise WrongFile(
            f"Ce fichier n'est pas {layout.name} : colonne obligatoire absente : {', '.join(missing)}. Rien n'a changé."
        )
    report_drift(headers, names, layout)
    return names


def report_drift(headers: Sequence[str], names: Sequence[str], layout: Format) -> None:
    unknown = [header for header, name in zip(headers, names, strict=True) if name.startswith("extra_")]
    absent = sorted(set(layout.headers) - set(names))
    if unknown or absent:
        log.warning("%s: unknown columns %s, absent fields %s", layout.name, unknown, absent)


KNOW_HOW_HEADERS = {
    "id_type": ("Type d'identifiant PP", "Type identifiant PP"),
    "identifier": ("Identifiant PP", "Identifiant du PP"),
    "national_id": ("Identification nationale PP", "Identifiant national PP", "Identification nationale du PP"),
    "family_name": ("Nom d'exercice", "Nom exercice"),
    "given_name": ("Prénom d'exercice", "Prénom exercice"),
    "profession": ("Code profession",),
    "profession_label": ("Libellé profession",),
    "category": ("Code catégorie professionnelle",),
    "category_label": ("Libellé catégorie professionnelle",),
    "know_how_type": ("Code type savoir-faire",),
    "know_how_type_label": ("Libellé type savoir-faire",),
    "know_how": ("Code savoir-faire",),
    "know_how_label": ("Libellé savoir-faire",),
}

RPPS = Format(
    name="l'extraction RPPS des activités (PS_LibreAcces_Personne_activite)",
    headers={
        **KNOW_HOW_HEADERS,
        "exercise_civility": ("Code civilité d'exercice",),
        "exercise_civility_label": ("Libellé civilité d'exercice",),
        "civility": ("Code civilité",),
        "civility_label": ("Libellé civilité",),
        "mode": ("Code mode exercice", "Code mode d'exercice"),
        "mode_label": ("Libellé mode exercice", "Libellé mode d'exercice"),
        "siret": ("Numéro SIRET site", "SIRET site", "Numéro SIRET du site"),
        "siren": ("Numéro SIREN site", "SIREN site", "Numéro SIREN du site"),
        "finess": ("Numéro FINESS site", "FINESS site", "Numéro FINESS du site"),
        "finess_legal": ("Numéro FINESS établissement juridique", "FINESS établissement juridique"),
        "technical_id": ("Identifiant technique de la structure",),
        "legal_name": ("Raison sociale site", "Raison sociale du site"),
        "sign": ("Enseigne commerciale site", "Enseigne commerciale du site"),
        "recipient": ("Complément destinataire (coord. structure)",),
        "point": ("Complément point géographique (coord. structure)",),
        "number": ("Numéro Voie (coord. structure)",),
        "repetition": ("Indice répétition voie (coord. structure)",),
        "street_type_code": ("Code type de voie (coord. structure)",),
        "street_type": ("Libellé type de voie (coord. structure)",),
        "street": ("Libellé Voie (coord. structure)",),
        "distribution": ("Mention distribution (coord. structure)",),
        "cedex": ("Bureau cedex (coord. structure)",),
        "postal_code": ("Code postal (coord. structure)",),
        "insee": ("Code commune (coord. structure)", "Code INSEE commune"),
        "city": ("Libellé commune (coord. structure)", "Commune"),
        "country": ("Code pays (coord. structure)",),
        "country_label": ("Libellé pays (coord. structure)",),
        "phone": ("Téléphone (coord. structure)",),
        "phone_2": ("Téléphone 2 (coord. structure)",),
        "fax": ("Télécopie (coord. structure)",),
        "email": ("Adresse e-mail (coord. structure)", "Adresse email"),
        "department": ("Code Département (structure)",),
        "department_label": ("Libellé Département (structure)",),
        "old_id": ("Ancien identifiant de la structure",),
        "authority": ("Autorité d'enregistrement",),
        "sector": ("Code secteur d'activité", "Code secteur activité"),
        "sector_label": ("Libellé secteur d'activité", "Libellé secteur activité"),
        "table_section": ("Code section tableau pharmaciens",),
        "table_section_label": ("Libellé section tableau pharmaciens",),
        "function": ("Code rôle",),
        "function_label": ("Libellé rôle",),
        "activity_kind": ("Code genre activité",),
        "activity_kind_label": ("Libellé genre activité",),
    },
    required=frozenset({"national_id", "family_name", "profession", "mode", "sector", "postal_code", "insee", "city"}),
)

KNOW_HOW = Format(
    name="l'extraction RPPS des savoir-faire (PS_LibreAcces_SavoirFaire)",
    headers=KNOW_HOW_HEADERS,
    required=frozenset({"national_id", "profession", "know_how"}),
)
