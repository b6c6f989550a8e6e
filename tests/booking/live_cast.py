"""A regulator, a practitioner and a real fake editor asked by a real worker."""

import time
from datetime import UTC, datetime
from typing import Any

from agenda.models import Editor
from agenda.recheck import shown_slots
from agenda.searches import Search, landed, open_search
from agenda.slots import Slot
from sasportal.accounts.models import User
from tests.agenda.cast import candidate, search_arguments
from tests.sandbox_editors.world import World

ANNE = "899700001001"


def register(world: World, slug: str = "alpha", **more: Any) -> Editor:
    config = world.editors[slug].config
    details = {"base_url": config.fhir_base, "booking_hosts": [f"127.0.0.1:{config.port}"], "flows": ["R01"]} | more
    return Editor.objects.create(name=config.name, **details)


def open_for(user: User) -> Search:
    """A search whose every editor has answered."""
    search = open_search(**search_arguments(candidate(ANNE), owner=str(user.technical_id)))
    assert search.asked
    deadline = time.monotonic() + 15
    while not any(one.complete for one in landed(search)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return search


def bookable(search: Search) -> list[Slot]:
    """The slots on the page that have a booking page, not before the next half hour."""
    soon = datetime.now(UTC).timestamp() + 1800
    return [slot for slot in shown_slots(search) if slot.booking_url and slot.start.timestamp() > soon]
