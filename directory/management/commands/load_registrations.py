import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError

from directory.loading.failures import WrongFile
from directory.registration.loading import load


class Command(BaseCommand):
    help = "Reprend des demandes d'inscription de régulateurs écrites ailleurs (JSON), chacune une fois."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = load(json.loads(Path(options["file"]).read_text(encoding="utf-8")))
        except (WrongFile, ObjectDoesNotExist, KeyError, ValueError) as error:
            raise CommandError(f"Fichier non repris : {error}") from error
        self.stdout.write(f"{done} demandes reprises.")
