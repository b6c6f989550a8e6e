from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sasportal.audit import trail
from sasportal.audit.models import Entry


class Command(BaseCommand):
    help = "Relit tout le journal et vérifie qu'aucune entrée n'a été modifiée, retirée ou ajoutée après coup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--noted",
            metavar="ID:EMPREINTE",
            help="entrée notée lors d'une vérification précédente : montre si la fin du journal a été coupée",
        )

    def handle(self, *args: Any, noted: str | None = None, **options: Any) -> None:
        verdict = trail.verify()
        for fault in verdict.faults:
            self.stderr.write(f"Entrée {fault.entry_id} : {fault.what}.")
        if noted and not self._still_there(noted):
            raise CommandError(f"L'entrée notée {noted} n'est plus dans le journal.")
        if verdict.faults:
            raise CommandError(f"{len(verdict.faults)} anomalie(s) dans {verdict.entries} entrée(s).")
        self.stdout.write(
            f"Journal intact : {verdict.entries} entrée(s). À noter : {verdict.entries}:{verdict.last_hash}"
        )

    def _still_there(self, noted: str) -> bool:
        entry_id, _, noted_hash = noted.partition(":")
        if not entry_id.isdigit():
            raise CommandError("--noted attend ID:EMPREINTE, tel qu'affiché par une vérification précédente.")
        return int(entry_id) == 0 or Entry.objects.filter(id=int(entry_id), hash=noted_hash).exists()
