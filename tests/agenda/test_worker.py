"""The whole way through a real Celery worker: search, re-check, and a worker killed in the middle."""

import asyncio
import time

import pytest

from agenda.models import EditorCall, Outcome
from agenda.progress import Progress
from agenda.recheck import recheck, shown_slots
from agenda.searches import Search, ask_again, follow, open_search
from tests.agenda.answers import rpps
from tests.agenda.cast import candidate, register, search_arguments
from tests.agenda.editors import TestEditor, after, hang, status
from tests.live import Live

pytestmark = pytest.mark.django_db(transaction=True)

ANNE, BRUNO = rpps(1), rpps(2)


def followed(search: Search) -> Progress:
    """Read the stream to its end, as a page does."""
    progress = Progress(search, now=search.opened_at)

    async def watch() -> None:
        async for one in follow(search):
            if one:
                progress.take(one)

    asyncio.run(watch())
    return progress


def until(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_asks_and_the_page_follows(live_portal: Live, editor: TestEditor) -> None:
    editor.knows(ANNE)
    register(editor.url)
    progress = followed(open_search(**search_arguments(candidate(ANNE), candidate(BRUNO))))
    assert [card.state for card in progress.cards] == ["slots", "none"]
    until(lambda: EditorCall.objects.count() == 1)


def test_a_worker_killed_in_the_middle_loses_nothing_that_landed(live_portal: Live, editor: TestEditor) -> None:
    with TestEditor() as slow:
        editor.knows(ANNE)
        slow.answer = after(3, slow.honest)
        register(editor.url)
        row = register(slow.url, "Beta")
        search = open_search(**search_arguments(candidate(ANNE)))
        until(lambda: slow.queries)
        until(lambda: shown_slots(search))
        live_portal.kill("worker")
        progress = followed(search)
        assert [(one.name, one.outcome) for one in progress.editors] == [
            ("Alpha", Outcome.OK), ("Beta", Outcome.TIMEOUT),
        ]  # fmt: skip
        assert (progress.card(ANNE).state, progress.card(ANNE).failed) == ("slots", ("Beta",))
        live_portal.start_worker()
        slow.answer = slow.honest
        ask_again(search, row.pk)
        progress = followed(search)
    assert [(one.name, one.outcome) for one in progress.editors] == [("Alpha", Outcome.OK), ("Beta", Outcome.EMPTY)]


def test_a_slot_is_checked_again_before_it_is_booked(live_portal: Live, editor: TestEditor) -> None:
    editor.knows(ANNE, slots=5)
    register(editor.url)
    search = open_search(**search_arguments(candidate(ANNE)))
    followed(search)
    first, second, *others = shown_slots(search)
    checked = recheck(search=search, slot_key=first.key)
    assert (checked.slot, checked.gone, checked.verified) == (first, False, True)
    del editor.agenda[ANNE][1]
    checked = recheck(search=search, slot_key=second.key)
    assert (checked.slot, checked.gone, checked.verified) == (None, True, True)
    assert checked.alternatives == tuple(others)
    assert editor.asked[-1] == [ANNE]


@pytest.mark.parametrize("answer", [hang(), status(503)])
def test_a_silent_editor_leaves_the_slot_unverified_in_about_a_second(
    live_portal: Live, editor: TestEditor, answer
) -> None:
    editor.knows(ANNE)
    register(editor.url)
    search = open_search(**search_arguments(candidate(ANNE)))
    followed(search)
    slot = shown_slots(search)[0]
    editor.answer = answer
    began = time.monotonic()
    checked = recheck(search=search, slot_key=slot.key)
    assert (checked.slot, checked.gone, checked.verified) == (slot, False, False)
    assert time.monotonic() - began < 2.5


def test_a_slot_this_search_never_showed_cannot_be_chosen(live_portal: Live, editor: TestEditor) -> None:
    editor.knows(ANNE)
    editor.slot_options = {"types": ["CPTS"]}
    register(editor.url)
    search = open_search(**search_arguments(candidate(ANNE)))
    progress = followed(search)
    hidden = progress.card(ANNE).hidden[0].slot
    for key in (hidden.key, "forged"):
        checked = recheck(search=search, slot_key=key)
        assert (checked.slot, checked.gone, checked.verified) == (None, True, False)
    assert len(editor.queries) == 1
