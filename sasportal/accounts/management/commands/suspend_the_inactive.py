from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sasportal.accounts import inactivity


class Command(BaseCommand):
    help = "Prévient les comptes sans connexion depuis huit mois et suspend ceux de neuf mois, comme chaque nuit."

    def handle(self, *args: Any, **options: Any) -> None:
        inactivity.suspend_the_inactive(now=timezone.now())
