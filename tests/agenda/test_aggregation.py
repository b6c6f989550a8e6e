"""From an opened search to the reports on its stream, over real HTTP and a real store."""

import time

import pytest

from agenda import jobs, streams
from agenda.aggregation import DEADLINE_SECONDS
from agenda.models import EditorCall, KnownAgenda, Outcome
from agenda.progress import Progress
from agenda.searches import Search, landed
from tests.agenda.answers import rpps
from tests.agenda.cast import candidate, register, search_of
from tests.agenda.editors import TestEditor

pytestmark = pytest.mark.django_db(transaction=True)


def keep(search: Search) -> Search:
    streams.keep(search.id, search, streams.Round(number=0, editor_id=0, deadline=time.time() + DEADLINE_SECONDS))
    return search


def asked(search: Search) -> Progress:
    """Run the job of this search here and take everything that landed."""
    keep(search)
    jobs.run(search.id)
    progress = Progress(search, now=search.opened_at)
    for one in landed(search):
        progress.take(one)
    return progress


def test_slots_of_every_practitioner_land(valkey, editor: TestEditor) -> None:
    editor.knows(rpps(1), rpps(2))
    register(editor.url)
    progress = asked(search_of(candidate(rpps(1)), candidate(rpps(2)), candidate(rpps(3))))
    assert progress.done
    assert [card.state for card in progress.cards] == ["slots", "slots", "none"]
    assert [len(card.slots) for card in progress.cards] == [3, 3, 0]
    assert [one.outcome for one in progress.editors] == [Outcome.OK]
    call = EditorCall.objects.get()
    assert (call.outcome, call.slots, call.practitioners, call.reused) == (Outcome.OK, 6, 3, False)
    assert sorted(KnownAgenda.objects.values_list("national_id", flat=True)) == [rpps(1), rpps(2)]
