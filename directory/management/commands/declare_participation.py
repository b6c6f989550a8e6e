from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directory.models import ParticipationVia
from directory.participation import Declaration, DeclarationRefused, declare
from sasportal.audit import trail


class Command(BaseCommand):
    help = "Déclare comment un professionnel participe au SAS ; la déclaration précédente est close, jamais écrasée."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("national_id", help="RPPS (11 chiffres) ou identifiant préfixé")
        parser.add_argument("--via", choices=ParticipationVia.values, required=True)
        parser.add_argument("--finess", default="", help="FINESS de la CPTS ou de la MSP, SIRET de SOS Médecins")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            declared = declare(
                actor=trail.SYSTEM,
                national_id=options["national_id"],
                declaration=Declaration(via=options["via"], structure=options["finess"].strip()),
            )[0]
        except DeclarationRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{declared.national_id} : {declared.get_via_display()} {declared.structure}".rstrip()
            + f", depuis le {declared.starts_at:%d/%m/%Y %H:%M} UTC"
        )
