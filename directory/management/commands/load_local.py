from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directory.loading.failures import WrongFile
from directory.loading.local import load_local


class Command(BaseCommand):
    help = (
        "Charge les données locales d'un dossier : déclarations de participation, territoires des CPTS, fiches de "
        "structures, SOS Médecins, réglages, absences, adresses géocodées. Ne modifie jamais une déclaration en cours."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_local(Path(options["directory"]), say=self.stdout.write)
        except WrongFile as error:
            raise CommandError(str(error)) from error
