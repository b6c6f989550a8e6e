"""A search while it lives: opened, kept some minutes in the shared store, followed event by event."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from agenda.filters import Filters
from agenda.reports import CallReport, Landed, Question
from agenda.visibility import Viewer
from agenda.windows import Window
from directory.found import Found
from directory.needs import Need
from directory.places import Near

__all__ = ["CallReport", "Filters", "Landed", "Question", "Search", "SearchExpired", "SearchOfSomebodyElse",
           "Viewer", "ask_again", "follow", "landed", "load_search", "open_search"]  # fmt: skip


@dataclass
class SearchExpired(Exception):
    """Nothing is kept of this search any more (or it never existed)."""

    search_id: UUID


@dataclass
class SearchOfSomebodyElse(Exception):
    """The search exists and belongs to another user."""

    search_id: UUID


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` is the technical id of the user; `asked` is False when no worker could be told."""

    id: UUID
    owner: str
    viewer: Viewer
    what: str
    need_label: str
    near: Near
    found: Found
    filters: Filters
    window_start: datetime
    window_end: datetime
    questions: tuple[Question, ...]
    opened_at: datetime
    origin: str = ""
    seed: int = 0
    asked: bool = True

    @property
    def window(self) -> Window:
        return Window(start=self.window_start, end=self.window_end)


def open_search(
    *, owner: str, viewer: Viewer, what: str, need: Need, near: Near, found: Found, filters: Filters,
    origin: str = "", seed: int = 0,
) -> Search:  # fmt: skip
    """Keep the search and have a worker ask every editor concerned."""
    raise NotImplementedError


def load_search(search_id: UUID, *, owner: str) -> Search:
    """Return the search of this owner; raise SearchExpired or SearchOfSomebodyElse."""
    raise NotImplementedError


def landed(search: Search, after: str = "0-0") -> list[Landed]:
    """Return the events that landed after this one, without waiting."""
    raise NotImplementedError


async def follow(search: Search, after: str = "0-0") -> AsyncIterator[Landed | None]:
    """Yield the events after this one as they land, then the completion; None every 15 s of silence."""
    raise NotImplementedError
    yield None


def ask_again(search: Search, editor_id: int) -> None:
    """Have one editor asked again; its events land on the same stream."""
    raise NotImplementedError
