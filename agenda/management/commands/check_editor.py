"""The connected acceptance of an editor, against any endpoint."""

import json
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agenda.acceptance.checking import Certificate, Target, check_endpoint
from agenda.acceptance.reports import Report, as_html, as_json, as_text
from agenda.acceptance.rules import CheckedFlow
from agenda.client import EditorRefused
from agenda.identifiers import professional_id, structure_id
from agenda.queries import MOST_PRACTITIONERS

MOST_ASSOCIATIONS = 10
INTRUDERS = {"TLS-WRONG-CN": "wrong_cn", "TLS-WRONG-OU": "wrong_ou"}


class Command(BaseCommand):
    help = (
        "Passe la recette connectée du guide à une adresse FHIR et dit chaque règle non respectée : où, ce qui a été "
        "vu, comment corriger. Sort par 0 (conforme), 1 (au moins une erreur) ou 2 (rien n’a pu être vérifié)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", metavar="URL", help="adresse FHIR, par ex. https://fhir.editeur.fr/sas")
        parser.add_argument("--rpps", default="", metavar="RPPS[,…]", help="praticiens à demander (25 au plus)")
        parser.add_argument("--siret", default="", metavar="SIRET[,…]", help="associations à demander (flux SOS, 10)")
        parser.add_argument(
            "--flow", default="R01", choices=[flow.value for flow in CheckedFlow],
            help="R01 par défaut ; R02 crée et désactive de vrais comptes, de personnes fictives",
        )  # fmt: skip
        parser.add_argument("--ca", default="", metavar="FICHIER", help="autorité de confiance (PEM)")
        _certificate(parser, "client", "notre certificat")
        _certificate(parser, "wrong-cn", "certificat d’un autre CN, à refuser")
        _certificate(parser, "wrong-ou", "certificat d’une autre OU, à refuser")
        parser.add_argument("--expected-cn", default="", help="CN attendu du serveur")
        parser.add_argument("--expected-ou", default="", help="OU attendue du serveur")
        parser.add_argument("--report", metavar="FICHIER", help="rapport, en .html ou en .json")

    def handle(self, *args: Any, **options: Any) -> None:
        target = _target(options)
        write = _writer(options["report"])
        try:
            ledger = check_endpoint(target)
        except EditorRefused as error:
            raise CommandError(f"Cette adresse ne peut pas être appelée : {error.why}.", returncode=2) from error
        report = Report(subject=target.url, at=timezone.now(), ledger=ledger)
        for line in as_text(report):
            self.stdout.write(line)
        if write:
            Path(options["report"]).write_text(write(report), encoding="utf-8")
        if report.errors:
            raise SystemExit(1)


def _certificate(parser: ArgumentParser, name: str, text: str) -> None:
    parser.add_argument(f"--{name}-cert", default="", metavar="FICHIER", help=f"{text} (PEM, clé comprise ou non)")
    parser.add_argument(f"--{name}-key", default="", metavar="FICHIER", help="sa clé, si elle est à part")


def _target(options: dict[str, Any]) -> Target:
    flow = CheckedFlow(options["flow"])
    intruders = {rule: _files(options, name) for rule, name in INTRUDERS.items() if options[f"{name}_cert"]}
    return Target(
        url=options["url"],
        flow=flow,
        identifiers=_identifiers(flow, options),
        ca=options["ca"],
        certificate=_files(options, "client"),
        expected_cn=options["expected_cn"],
        expected_ou=options["expected_ou"],
        intruders=intruders,
    )


def _files(options: dict[str, Any], name: str) -> Certificate:
    return Certificate(cert=options[f"{name}_cert"], key=options[f"{name}_key"])


def _identifiers(flow: CheckedFlow, options: dict[str, Any]) -> tuple[str, ...]:
    """What the flow asks for, prefixed; INT_R02 asks for nobody."""
    match flow:
        case CheckedFlow.R02:
            return ()
        case CheckedFlow.SOS:
            name, prefixed, most, form = "siret", structure_id, MOST_ASSOCIATIONS, r"3[0-9]{14}"
        case _:
            name, prefixed, most, form = "rpps", professional_id, MOST_PRACTITIONERS, r"[0-9A-Z/]{10,50}"
    found = tuple(dict.fromkeys(prefixed(one) for one in options[name].split(",") if one.strip()))
    if not 1 <= len(found) <= most:
        raise CommandError(f"--{name} : de 1 à {most} identifiants sont attendus.", returncode=2)
    for one in found:
        if not re.fullmatch(form, one):
            raise CommandError(f"--{name} : « {one} » n’est pas un identifiant.", returncode=2)
    return found


def _writer(path: str | None) -> Any:
    """How to write this file; refused before anything is asked."""
    if path is None:
        return None
    if not Path(path).parent.is_dir():
        raise CommandError(f"Le dossier de {path} n’existe pas.", returncode=2)
    match Path(path).suffix:
        case ".html":
            return as_html
        case ".json":
            return lambda report: json.dumps(as_json(report), ensure_ascii=False, indent=2)
        case _:
            raise CommandError("Le rapport s’écrit en .html ou en .json.", returncode=2)
