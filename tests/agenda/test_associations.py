"""SOS Médecins associations in a search: who is asked, what is remembered, what their cards may say."""

from typing import Any

import pytest
from django.utils import timezone

from agenda import jobs, streams
from agenda.association_cards import AssociationCard
from agenda.filters import Filters
from agenda.models import EditorCall, EditorState, Flow, KnownAgenda
from agenda.progress import Progress
from agenda.searches import Search
from agenda.visibility import HiddenReason, Viewer
from directory.found import Association, ConsultationPlace, Found
from tests.agenda.answers import rpps
from tests.agenda.cast import candidate, register
from tests.agenda.cast import search_of as search_with
from tests.agenda.editors import TestEditor, status
from tests.agenda.searching import asked, outcomes, progress_of
from tests.agenda.sos_answers import siret

pytestmark = pytest.mark.django_db(transaction=True)

AGEN, NERAC = siret(1), siret(2)


def association(structure_id: str = AGEN, *places: ConsultationPlace, **more: Any) -> Association:
    details = {"siret": structure_id[1:], "name": "SOS Médecins Agen", "phone": "0199001230"}
    return Association(**(details | more), places=places or (place("Centre"), place("Nord", distance_km=4.0)))


def place(name: str, **more: Any) -> ConsultationPlace:
    details: dict[str, Any] = {
        "key": name, "name": f"Point de consultation {name}", "line": "3 boulevard de la Liberté",
        "postal_code": "47000", "city": "Agen", "distance_km": 1.0,
    }  # fmt: skip
    return ConsultationPlace(**(details | more))


def search_of(*associations: Association, people: int = 0, **more: Any) -> Search:
    found = Found(candidates=tuple(candidate(rpps(n)) for n in range(people)), associations=associations, radius_km=30)
    return search_with(**({"found": found} | more))


def card_of(progress: Progress) -> AssociationCard:
    [card] = progress.associations
    return card


# --- who is asked what ---


def questions(search: Search) -> list[tuple[str, str, int]]:
    return [(one.editor_name, one.flow, len(one.national_ids)) for one in search.questions]


def test_associations_are_asked_ten_at_a_time_of_those_who_speak_the_flow(valkey) -> None:
    register("http://127.0.0.1:1/a")
    register("http://127.0.0.1:1/b", "Sos", flows=[Flow.SOS])
    register("http://127.0.0.1:1/c", "Tout", flows=[Flow.R04, Flow.SOS])
    many = [association(siret(n)) for n in range(12)]
    search = search_of(*many, people=2)
    assert questions(search) == [
        ("Alpha", "R01", 2), ("Tout", "R04", 2), ("Sos", "SOS", 10), ("Sos", "SOS", 2), ("Tout", "SOS", 10),
        ("Tout", "SOS", 2),
    ]  # fmt: skip
    assert [one.number for one in search.questions] == list(range(6))


def test_only_the_editor_known_for_an_association_is_asked(valkey) -> None:
    register("http://127.0.0.1:1/a", "Un", flows=[Flow.SOS])
    two = register("http://127.0.0.1:1/b", "Deux", flows=[Flow.SOS], state=EditorState.OFF)
    gone = register("http://127.0.0.1:1/c", "Trois", flows=[Flow.R01])
    KnownAgenda.objects.create(editor=two, national_id=AGEN)
    KnownAgenda.objects.create(editor=gone, national_id=NERAC)  # it spoke the flow once
    planned = [(one.editor_name, one.national_ids) for one in search_of(association(), association(NERAC)).questions]
    assert planned == [("Deux", (AGEN,)), ("Un", (NERAC,))]


def test_planning_takes_no_more_queries(valkey, django_assert_num_queries) -> None:
    register("http://127.0.0.1:1/a", flows=[Flow.SOS])
    with django_assert_num_queries(3):
        search_of(*(association(siret(n)) for n in range(20)), people=5)


# --- what lands ---


def test_each_place_has_its_slots_and_the_editor_is_remembered(valkey, editor: TestEditor) -> None:
    editor.receives_at(AGEN, "centre", "nord").slot_options = {"types": ["PUBLIC", "SNP"]}
    row = register(editor.url, flows=[Flow.SOS])
    progress = asked(search_of(association()))
    card = card_of(progress)
    assert (progress.done, card.state, outcomes(progress)) == (True, "slots", [("Alpha", "OK")])
    assert [(one.place.name, one.known.name if one.known else "", len(one.slots)) for one in card.places] == [
        ("Point de consultation Centre", "Point de consultation Centre", 3),
        ("Point de consultation Nord", "Point de consultation Nord", 3),
    ]  # fmt: skip
    assert {(one.elsewhere, one.editor_name) for one in card.slots} == {(False, "Alpha")}
    assert (card.without_slots, card.waiting, card.failed, card.hidden) == ((), (), (), ())
    assert list(KnownAgenda.objects.values_list("editor", "national_id")) == [(row.pk, AGEN)]
    call = EditorCall.objects.get()
    assert (call.flow, call.practitioners, call.slots) == (Flow.SOS, 1, 6)


def test_a_place_the_directory_does_not_know_comes_last_and_says_so(valkey, editor: TestEditor) -> None:
    editor.receives_at(AGEN, "sud", "centre")
    register(editor.url, flows=[Flow.SOS])
    card = card_of(asked(search_of(association(AGEN, place("Centre"), place("Nord")))))
    assert [(one.place.name, one.known is None) for one in card.places] == [
        ("Point de consultation Centre", False), ("Point de consultation Sud", True),
    ]  # fmt: skip
    assert [one.name for one in card.without_slots] == ["Point de consultation Nord"]


@pytest.mark.parametrize(
    ("knows", "answer", "state", "failed"),
    [(True, None, "none", ()), (False, None, "none", ()), (True, 503, "unknown", ("Alpha",))],
)
def test_no_slot_is_said_only_of_an_answer(
    valkey, editor: TestEditor, knows: bool, answer: int | None, state: str, failed: tuple[str, ...]
) -> None:
    if knows:
        editor.receives_at(AGEN, "centre", slots=0)
    if answer:
        editor.answer = status(answer)
    register(editor.url, flows=[Flow.SOS])
    card = card_of(asked(search_of(association())))
    assert (card.state, card.failed, card.places) == (state, failed, ())


def test_an_association_nobody_can_be_asked_about_is_unknown(valkey) -> None:
    register("http://127.0.0.1:1/a", flows=[Flow.R01])
    search = search_of(association())
    assert (search.questions, card_of(Progress(search, now=timezone.now())).state) == ((), "unknown")


def test_a_failed_editor_can_be_asked_again(valkey, editor: TestEditor) -> None:
    editor.receives_at(AGEN, "centre").answer = status(503)
    row = register(editor.url, flows=[Flow.SOS])
    search = search_of(association())
    assert card_of(asked(search)).state == "unknown"
    editor.answer = editor.honest
    again = streams.open_round(search.id, editor_id=row.pk, seconds=7)
    assert card_of(progress_of(search)).state == "waiting"
    jobs.run(search.id, round_number=again.number, editor_id=row.pk)
    assert card_of(progress_of(search)).state == "slots"


def test_identical_questions_about_associations_are_reused(valkey, editor: TestEditor) -> None:
    editor.receives_at(AGEN, "centre")
    register(editor.url, flows=[Flow.SOS])
    asked(search_of(association()))
    progress = asked(search_of(association()))
    assert (len(editor.queries), card_of(progress).state) == (1, "slots")


# --- who may see what ---


@pytest.mark.parametrize(
    ("filters", "viewer", "types", "reason"),
    [
        ({"slot_types": ("PRO",)}, Viewer.REGULATOR, ["PUBLIC"], HiddenReason.OTHER_TYPE),
        ({"consultation": ("HH",)}, Viewer.REGULATOR, ["PUBLIC"], HiddenReason.OTHER_CONSULTATION),
        ({"within_hours": 0}, Viewer.REGULATOR, ["PUBLIC"], HiddenReason.TOO_LATE),
        ({}, Viewer.PATIENT, ["SNP"], HiddenReason.NOT_FOR_PATIENTS),
    ],
)
def test_filters_hide_and_say_why(
    valkey, editor: TestEditor, filters: dict[str, Any], viewer: Viewer, types: list[str], reason: HiddenReason
) -> None:
    editor.receives_at(AGEN, "centre", slots=2).slot_options = {"types": types}
    register(editor.url, flows=[Flow.SOS])
    card = card_of(asked(search_of(association(), filters=Filters(**filters), viewer=viewer)))
    assert (card.state, [one.reason for one in card.hidden]) == ("none", [reason] * 2)
