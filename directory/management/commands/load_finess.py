from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directory.loading.failures import GateClosed, WrongFile
from directory.loading.finess import load_finess


class Command(BaseCommand):
    help = "Charge la livraison FINESS+ (finess-structures-journalier-….json ou .json.gz)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="charger malgré un contrôle qui refuse")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_finess(Path(options["file"]), confirmed=options["yes"], say=self.stdout.write)
        except (WrongFile, GateClosed) as error:
            raise CommandError(str(error)) from error
