"""Write the own agenda's weekly series up to the horizon, from a shell."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agenda.own import series


class Command(BaseCommand):
    help = "Écrit les dates des séries de l'agenda propre jusqu'à 90 jours (ce que fait la tâche quotidienne)."

    def handle(self, *args: Any, **options: Any) -> None:
        written = series.refresh(now=timezone.now())
        self.stdout.write(f"{written} date(s) écrite(s).")
