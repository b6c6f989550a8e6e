"""The main job from a shell: find practitioners, ask their editors, show the free slots."""

import json
import random
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from agenda.association_cards import AssociationCard
from agenda.filters import Filters
from agenda.here import ask_here
from agenda.progress import Card, Progress
from agenda.results import as_json
from agenda.searches import prepare_search
from agenda.visibility import Viewer, VisibleSlot
from directory.needs import Need, NeedUnknown, understand
from directory.places import Near, PlaceUnknown, locate
from directory.search import search as search_directory

FARTHEST_KM = 200
STATES = {
    "waiting": "réponse attendue",
    "slots": "créneaux disponibles",
    "none": "aucun créneau",
    "unknown": "pas de réponse de tous ses éditeurs",
}


class Command(BaseCommand):
    help = "Cherche des créneaux libres, comme le portail, et attend la réponse de tous les éditeurs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", metavar="QUOI", help="spécialité, nom, structure, RPPS, FINESS ou SIRET")
        parser.add_argument("--near", metavar="OÙ", required=True, help="commune, code postal, département ou adresse")
        parser.add_argument("--radius", metavar="KM", type=int, help="rayon en kilomètres (sinon celui du département)")
        parser.add_argument("--as", dest="viewer", choices=[one.value for one in Viewer], default="regulator",
                            help="qui regarde : régulateur (par défaut) ou patient")  # fmt: skip
        parser.add_argument("--json", action="store_true", help="écrire du JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        need = self._need(options["what"])
        near = self._near(options["near"], options["radius"], need)
        seed = random.SystemRandom().randrange(2**31)
        search = prepare_search(
            owner="", viewer=Viewer(options["viewer"]), what=options["what"], need=need, near=near,
            found=search_directory(need, near, seed=seed), filters=Filters(), seed=seed,
        )  # fmt: skip
        progress = ask_here(search)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(progress), ensure_ascii=False, indent=2))
        else:
            self._table(progress)

    def _need(self, what: str) -> Need:
        try:
            return understand(what)
        except NeedUnknown as error:
            raise CommandError(f"« {what} » n'est pas reconnu.{_suggested(error.suggestions)}", returncode=2) from error

    def _near(self, where: str, radius_km: int | None, need: Need) -> Near:
        if radius_km is not None and not 1 <= radius_km <= FARTHEST_KM:
            raise CommandError(f"Le rayon doit être compris entre 1 et {FARTHEST_KM} km.", returncode=2)
        try:
            return locate(where, radius_km=radius_km, specialty=need.specialty)
        except PlaceUnknown as error:
            message = f"Le lieu « {where} » est introuvable.{_suggested(error.suggestions)}"
            raise CommandError(message, returncode=2) from error

    def _table(self, progress: Progress) -> None:
        near, counts = progress.search.near, progress.counts
        self.stdout.write(
            f"{progress.search.need_label}, {near.label} ({progress.search.found.radius_km} km) : "
            f"{counts.practitioners} professionnels, {counts.with_slots} avec des créneaux, "
            f"{counts.answered_editors} éditeurs sur {counts.editors} ont répondu."
        )
        for editor in progress.editors:
            self.stdout.write(f"  {editor.message_fr} {editor.duration_ms} ms, {editor.slots} créneaux")
        for card in progress.cards:
            self._card(card)
        for association in progress.associations:
            self._association(association)

    def _card(self, card: Card) -> None:
        self.stdout.write(f"\n{card.candidate.name}, {card.candidate.profession_label} – {STATES[card.state]}")
        self._slots(card.slots)
        if card.contact_phone:
            self.stdout.write(f"  {card.contact_label} : {card.contact_phone}")

    def _association(self, card: AssociationCard) -> None:
        self.stdout.write(f"\n{card.association.name} – {STATES[card.state]}")
        for place in card.places:
            self.stdout.write(f"  {place.place.name}, {place.place.city}")
            self._slots(place.slots)
        if card.association.phone:
            self.stdout.write(f"  Téléphone : {card.association.phone}")

    def _slots(self, slots: Iterable[VisibleSlot]) -> None:
        for visible in slots:
            start = visible.slot.start.astimezone(ZoneInfo(visible.time_zone))
            types = " ".join(visible.slot.types) or "régulateurs"
            self.stdout.write(f"  {start:%d/%m %H h %M}  {types}  {visible.slot.booking_url or 'par téléphone'}")


def _suggested(suggestions: list[str]) -> str:
    return f" Vouliez-vous dire : {', '.join(suggestions)} ?" if suggestions else ""
