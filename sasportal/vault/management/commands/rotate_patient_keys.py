"""Wrap every key with the first master key of the environment; the others may then be taken out of it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sasportal.vault.models import DataKey
from sasportal.vault.sealing import Unreadable, rewrap


class Command(BaseCommand):
    help = "Enveloppe les clés des données de patients avec la première clé maîtresse de PATIENT_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        current = next(iter(settings.PATIENT_KEYS))
        done, lost = 0, 0
        for key in DataKey.objects.exclude(master=current).order_by("pk").iterator(chunk_size=500):
            try:
                rewrap(key)
                done += 1
            except Unreadable:
                lost += 1
        self.stdout.write(f"{done} clés enveloppées par « {current} ».")
        if lost:
            raise CommandError(f"{lost} clés sont enveloppées par une clé maîtresse qui n’est pas dans PATIENT_KEYS.")
