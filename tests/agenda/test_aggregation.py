"""From an opened search to the reports on its stream, over real HTTP and a real store."""

import asyncio
import time
from datetime import timedelta

import msgspec
import pytest
from django.test import override_settings
from django.utils import timezone

from agenda import jobs, streams
from agenda.aggregation import BULKHEAD
from agenda.breaker import THRESHOLD
from agenda.models import EditorCall, EditorState, Flow, KnownAgenda, Outcome
from agenda.searches import (
    Search,
    SearchExpired,
    SearchOfSomebodyElse,
    ask_again,
    follow,
    landed,
    load_search,
    open_search,
)
from tests.agenda.answers import rpps
from tests.agenda.cast import candidate, register, search_arguments, search_of
from tests.agenda.editors import TestEditor, after, hang, status
from tests.agenda.searching import asked, job, keep, outcomes, progress_of
from tests.store import empty

pytestmark = pytest.mark.django_db(transaction=True)

ANNE, BRUNO = rpps(1), rpps(2)


def test_slots_of_every_practitioner_land(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE, BRUNO)
    register(editor.url)
    progress = asked(search_of(candidate(ANNE), candidate(BRUNO), candidate(rpps(3))))
    assert progress.done
    assert [(card.state, len(card.slots)) for card in progress.cards] == [("slots", 3), ("slots", 3), ("none", 0)]
    assert outcomes(progress) == [("Alpha", "OK")]
    call = EditorCall.objects.get()
    assert (call.outcome, call.slots, call.practitioners, call.reused) == (Outcome.OK, 6, 3, False)
    assert sorted(KnownAgenda.objects.values_list("national_id", flat=True)) == [ANNE, BRUNO]


def test_sixty_practitioners_make_three_questions_asked_at_once(valkey, editor: TestEditor) -> None:
    editor.answer = after(0.3, editor.honest)
    register(editor.url, flows=[Flow.R01, Flow.R04])
    began = time.monotonic()
    progress = asked(search_of(*(candidate(rpps(n)) for n in range(60))))
    assert sorted(len(ids) for ids in editor.asked) == [10, 25, 25]
    assert time.monotonic() - began < 0.3 * 3
    assert {one.flow for one in progress.search.questions} == {Flow.R04}
    assert all("service-type-reference" in query for query in editor.queries)


def test_one_slow_editor_does_not_delay_the_others(valkey, editor: TestEditor) -> None:
    with TestEditor() as slow:
        slow.answer = after(1.5, slow.honest)
        editor.knows(ANNE)
        register(editor.url)
        register(slow.url, "Beta")
        search = keep(search_of(candidate(ANNE)))
        worker = job(search)
        began = time.monotonic()
        worker.start()

        async def watch() -> list[tuple[str, float]]:
            return [
                (one.report.editor_name if one.report else "done", time.monotonic() - began)
                async for one in follow(search)
                if one
            ]

        seen = asyncio.run(watch())
        worker.join()
    assert [name for name, _ in seen] == ["Alpha", "Beta", "done"]
    assert seen[0][1] < 1.0 < seen[1][1]


def test_an_editor_switched_off_counts_at_once(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    row = register(editor.url)
    search = search_of(candidate(ANNE))
    row.state = EditorState.OFF
    row.save()
    progress = asked(search)
    assert (outcomes(progress), progress.card(ANNE).state) == ([("Alpha", "DISABLED")], "unknown")
    assert editor.queries == []


def test_an_editor_with_missing_certificates_is_refused_and_the_others_answer(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    register(editor.url)
    register("https://beta.example/fhir", "Beta", ca_file="/nowhere.pem")
    assert outcomes(asked(search_of(candidate(ANNE)))) == [("Alpha", "OK"), ("Beta", "REFUSED")]


# --- sharing and reuse ---


def test_an_identical_question_is_answered_from_a_recent_report_with_its_age(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    register(editor.url)
    asked(search_of(candidate(ANNE)))
    progress = asked(search_of(candidate(ANNE)))
    assert len(editor.queries) == 1
    [one] = progress.editors
    assert one.reused_age_s is not None
    assert 0 <= one.reused_age_s < 30
    assert progress.card(ANNE).state == "slots"
    assert sorted(EditorCall.objects.values_list("reused", flat=True)) == [False, True]


def test_another_question_or_a_failed_answer_is_not_reused(valkey, editor: TestEditor) -> None:
    register(editor.url)
    editor.answer = status(503)
    asked(search_of(candidate(ANNE)))
    editor.answer = editor.honest
    assert outcomes(asked(search_of(candidate(ANNE)))) == [("Alpha", "EMPTY")]
    asked(search_of(candidate(ANNE), candidate(BRUNO)))
    assert len(editor.queries) == 3


def test_a_reused_answer_grows_no_younger(valkey, editor: TestEditor) -> None:
    register(editor.url)
    for _ in range(3):
        asked(search_of(candidate(ANNE)))
    pointers = valkey.keys("sas:answer:*")
    assert (len(editor.queries), len(pointers)) == (1, 1)
    assert 0 < valkey.ttl(pointers[0]) <= 30


def test_identical_questions_in_flight_are_shared(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    editor.answer = after(0.4, editor.honest)
    register(editor.url)
    searches = [keep(search_of(candidate(ANNE))) for _ in range(5)]
    threads = [job(one) for one in searches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(editor.queries) == 1
    assert [len(progress_of(one).card(ANNE).slots) for one in searches] == [3] * 5


# --- delivered twice, asked again ---


def test_a_job_delivered_twice_doubles_nothing(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    register(editor.url)
    search = search_of(candidate(ANNE))
    asked(search)
    before = [one.event_id for one in landed(search)]
    jobs.run(search.id)
    assert [one.event_id for one in landed(search)] == before
    assert (len(editor.queries), EditorCall.objects.count()) == (1, 1)


def test_a_job_delivered_again_asks_only_what_is_missing(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE, rpps(40))
    register(editor.url)
    search = keep(search_of(*(candidate(rpps(n)) for n in range(50))))
    [first, second] = search.questions
    key = streams.key_of(search.id)
    valkey.sadd(f"{key}:answered", f"0:{first.number}")
    jobs.run(search.id)
    assert editor.asked == [list(second.national_ids)]
    assert [one.report.question for one in landed(search) if one.report] == [second.number]


def test_two_deliveries_at_once_make_one_event_for_each_question(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    editor.answer = after(0.2, editor.honest)
    register(editor.url)
    search = keep(search_of(candidate(ANNE)))
    threads = [job(search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [bool(one.report) for one in landed(search)] == [True, False]


def test_one_editor_is_asked_again_on_the_same_stream(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    row = register(editor.url)
    editor.answer = status(503)
    search = search_of(candidate(ANNE))
    assert asked(search).card(ANNE).state == "unknown"
    editor.answer = editor.honest
    opened = streams.open_round(search.id, editor_id=row.pk, seconds=7)
    assert progress_of(search).card(ANNE).state == "waiting"
    jobs.run(search.id, round_number=opened.number, editor_id=row.pk)
    progress = progress_of(search)
    assert (progress.done, progress.card(ANNE).state) == (True, "slots")


def test_an_editor_of_another_search_is_not_asked_again(valkey, editor: TestEditor) -> None:
    register(editor.url)
    search = search_of(candidate(ANNE))
    asked(search)
    ask_again(search, 99_999)
    assert streams.rounds_open(search.id) == []


# --- faults ---


def test_a_worker_that_dies_leaves_honest_timeouts(valkey, editor: TestEditor) -> None:
    register(editor.url)
    search = keep(search_of(candidate(ANNE)), deadline=time.time() - 60)
    progress = progress_of(search)
    assert (progress.done, outcomes(progress), progress.card(ANNE).state) == (True, [("Alpha", "TIMEOUT")], "unknown")

    async def watch() -> list[str]:
        return [one.report.outcome if one.report else "done" async for one in follow(search) if one]

    assert asyncio.run(watch()) == ["TIMEOUT", "done"]
    jobs.run(search.id)  # the job comes back after all
    assert progress_of(search).card(ANNE).state == "none"


def test_without_a_broker_the_search_is_there_and_every_editor_unreachable(valkey, editor: TestEditor) -> None:
    register(editor.url)
    streams.store.cache_clear()
    try:
        with override_settings(REDIS_URL="redis://127.0.0.1:9/0"):
            search = open_search(**search_arguments(candidate(ANNE)))
            progress = progress_of(search)
    finally:
        streams.store.cache_clear()
    assert not search.asked
    assert (progress.done, outcomes(progress), progress.card(ANNE).state) == (
        True, [("Alpha", "UNREACHABLE")], "unknown",
    )  # fmt: skip


def test_a_failing_editor_is_left_alone_after_a_while(valkey, editor: TestEditor) -> None:
    editor.answer = status(503)
    register(editor.url)
    for n in range(THRESHOLD):
        assert outcomes(asked(search_of(candidate(rpps(n))))) == [("Alpha", "OVERLOAD")]
    assert outcomes(asked(search_of(candidate(rpps(100))))) == [("Alpha", "OPEN")]
    assert len(editor.queries) == THRESHOLD


def test_calls_under_way_to_one_editor_are_bounded(valkey, editor: TestEditor) -> None:
    editor.answer = after(0.2, editor.honest)
    register(editor.url)
    progress = asked(search_of(*(candidate(rpps(n)) for n in range(25 * (BULKHEAD + 8)))))
    assert editor.most_at_once == BULKHEAD
    assert outcomes(progress) == [("Alpha", "EMPTY")]


def test_a_hanging_editor_is_dropped_within_seven_seconds(valkey, editor: TestEditor) -> None:
    with TestEditor() as good:
        good.knows(ANNE)
        editor.answer = hang()
        register(editor.url)
        register(good.url, "Beta")
        began = time.monotonic()
        progress = asked(search_of(candidate(ANNE)))
    assert 6.0 < time.monotonic() - began < 7.5
    assert (outcomes(progress), progress.card(ANNE).failed) == ([("Alpha", "TIMEOUT"), ("Beta", "OK")], ("Alpha",))


# --- whose search ---


def test_a_search_belongs_to_its_owner_and_expires(valkey, editor: TestEditor) -> None:
    search = keep(search_of(candidate(ANNE)))
    assert load_search(search.id, owner="owner") == search
    with pytest.raises(SearchOfSomebodyElse):
        load_search(search.id, owner="stranger")
    empty(valkey)
    with pytest.raises(SearchExpired):
        load_search(search.id, owner="owner")


def test_following_resumes_where_it_was_left(valkey, editor: TestEditor) -> None:
    with TestEditor() as other:
        register(editor.url)
        register(other.url, "Beta")
        search = search_of(candidate(ANNE))
        asked(search)
    [first, second, done] = landed(search)

    async def watch(after: str) -> list[str]:
        return [one.event_id async for one in follow(search, after) if one]

    assert asyncio.run(watch(first.event_id))[0] == second.event_id
    assert asyncio.run(watch("0-0"))[:2] == [first.event_id, second.event_id]
    assert len(asyncio.run(watch(done.event_id))) == 1


def test_a_search_survives_its_way_through_the_store(valkey) -> None:
    search = search_of(candidate(ANNE, absences=((timezone.now(), timezone.now() + timedelta(hours=1)),)))
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(search), type=Search)
    assert again == search


def test_hundreds_of_reports_at_once_all_land(valkey, editor: TestEditor) -> None:
    row = register(editor.url)
    row.state = EditorState.OFF
    row.save()
    people = [candidate(rpps(n)) for n in range(25 * 300)]
    KnownAgenda.objects.bulk_create(KnownAgenda(editor=row, national_id=one.national_id) for one in people)
    progress = asked(search_of(*people))
    assert (progress.done, len(progress.search.questions)) == (True, 300)
    assert outcomes(progress) == [("Alpha", "DISABLED")]
    assert EditorCall.objects.count() == 300
