from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sasportal.sandbox.territory.generate import PERSONS, generate


class Command(BaseCommand):
    help = "Écrit un territoire fictif aux formats nationaux (RPPS, FINESS+, communes) et les données locales."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--profile", choices=sorted(PERSONS), default="demo")
        parser.add_argument("--persons", type=int, help="nombre de personnes, à la place du profil")
        parser.add_argument(
            "--month", type=int, default=0, help="livraison du k-ième mois : départs, arrivées, mutations"
        )
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        generate(
            Path(options["out"]),
            persons=options["persons"] or PERSONS[options["profile"]],
            month=options["month"],
            today=timezone.now(),
            say=self.stdout.write,
        )
