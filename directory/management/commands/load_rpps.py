from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directory.loading.failures import GateClosed, WrongFile
from directory.loading.rpps import load_rpps


class Command(BaseCommand):
    help = "Charge l'extraction RPPS de l'Annuaire Santé : professionnels et lieux d'exercice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="PS_LibreAcces_Personne_activite_….txt")
        parser.add_argument("--know-how", type=Path, help="PS_LibreAcces_SavoirFaire_….txt, quand il est livré à part")
        parser.add_argument("--yes", action="store_true", help="charger malgré un contrôle qui refuse")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_rpps(
                Path(options["file"]),
                know_how=Path(options["know_how"]) if options["know_how"] else None,
                confirmed=options["yes"],
                say=self.stdout.write,
            )
        except (WrongFile, GateClosed) as error:
            raise CommandError(str(error)) from error
