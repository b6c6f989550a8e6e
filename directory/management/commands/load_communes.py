from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directory.loading.communes import load_communes
from directory.loading.failures import WrongFile


class Command(BaseCommand):
    help = "Charge la table officielle des communes (CSV : code INSEE, nom, code postal, latitude, longitude)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_communes(Path(options["file"]), say=self.stdout.write)
        except WrongFile as error:
            raise CommandError(str(error)) from error
