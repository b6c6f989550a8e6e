"""What the template of "what the 15 sees" prints: one card as regulators get it, and where to follow it."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from agenda import addresses
from agenda.board import Board
from agenda.effector.seen import seen_by_regulators
from agenda.forms import ViewForm
from agenda.pages import Page
from agenda.progress import Card
from agenda.received import SlotLine, slot_lines
from agenda.searches import landed
from directory.effectors.rights import Effector
from sasportal.accounts.models import User
from sasportal.wording import several


@dataclass(frozen=True, kw_only=True)
class SeenPage(Page):
    """`path` is the page that shows it, reloaded with the number of its search."""

    effector: Effector
    path: str

    @property
    def here(self) -> str:
        return addresses.address({"recherche": self.search_id}, to=self.path)

    @property
    def again_url(self) -> str:
        return self.path

    @cached_property
    def _card(self) -> Card:
        return self.board.card(self.effector.national_id)

    @property
    def lines(self) -> list[SlotLine]:
        return slot_lines(self._card)

    @property
    def hidden_words(self) -> str:
        """How many slots received are hidden; empty for none."""
        count = len(self._card.hidden)
        if not count:
            return ""
        return several(count, "créneau reçu n’est pas montré", "créneaux reçus ne sont pas montrés") + " au 15."

    @property
    def lines_url(self) -> str:
        return self._beside("agenda:effector:seen_lines")

    @property
    def all_url(self) -> str:
        return self._beside("agenda:effector:seen")

    def _beside(self, name: str) -> str:
        where = reverse(name, args=[self.effector.national_id])
        return addresses.address({"recherche": self.search_id}, to=where)


def seen_page(request: HttpRequest, effector: Effector, *, actor: User) -> SeenPage:
    """Ask the editors of this practitioner, or show again the search `recherche` names."""
    view = ViewForm(request.GET)
    number = view.value("recherche", None)
    search = seen_by_regulators(actor=actor, national_id=effector.national_id, search_id=number)
    board = Board(search, now=timezone.now())
    board.take(landed(search))
    return SeenPage(board=board, view=view, can_choose=False, effector=effector, path=request.path)
