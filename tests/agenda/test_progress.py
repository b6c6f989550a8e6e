"""What a card may honestly say, as answers land."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from agenda.filters import Filters
from agenda.models import Flow, Outcome
from agenda.places import same_place
from agenda.progress import Card, Progress
from agenda.reports import CallReport, Landed, Question, unanswered
from agenda.searches import Search
from agenda.slots import SlotPlace
from agenda.visibility import Viewer
from agenda.windows import search_window
from directory.found import Candidate, CandidatePlace
from tests.agenda.answers import rpps
from tests.agenda.cast import AGEN, LILAS, NOON, candidate, found, free_slot, through

ANNE, BRUNO = rpps(1), rpps(2)
ALPHA = Question(number=0, editor_id=1, editor_name="Alpha", flow=Flow.R01, national_ids=(ANNE, BRUNO))
BETA = Question(number=1, editor_id=2, editor_name="Beta", flow=Flow.R04, national_ids=(ANNE,))


def search(*questions: Question, people: tuple[Candidate, ...] = (), **more: Any) -> Search:
    window = search_window(NOON, "Europe/Paris")
    details: dict[str, Any] = {
        "id": uuid4(), "owner": "o", "viewer": Viewer.REGULATOR, "what": "x", "need_label": "x", "near": AGEN,
        "zone": "Europe/Paris", "found": found(*(people or (candidate(ANNE), candidate(BRUNO)))),
        "filters": Filters(), "window_start": window.start, "window_end": window.end,
        "questions": questions, "opened_at": NOON,
    }  # fmt: skip
    return Search(**(details | more))


def answered(question: Question, outcome: Outcome, *starts: datetime, **more: Any) -> Landed:
    slots = tuple(free_slot(start, editor_id=question.editor_id, **more) for start in starts)
    report = CallReport(
        question=question.number, editor_id=question.editor_id, editor_name=question.editor_name, flow=question.flow,
        national_ids=question.national_ids, outcome=outcome, slots=slots, duration_ms=12,
    )  # fmt: skip
    return Landed(event_id="1-1", report=report)


def anne(progress: Progress) -> Card:
    return progress.card(ANNE)


SOON = NOON + timedelta(hours=1)


def test_a_card_waits_then_shows_then_names_who_failed() -> None:
    progress = Progress(search(ALPHA, BETA), now=NOON)
    assert (anne(progress).state, anne(progress).waiting) == ("waiting", ("Alpha", "Beta"))
    assert progress.take(answered(ALPHA, Outcome.OK, SOON)) == {ANNE, BRUNO}
    assert (anne(progress).state, anne(progress).waiting) == ("slots", ("Beta",))
    assert progress.card(BRUNO).state == "none"
    progress.take(answered(BETA, Outcome.TIMEOUT))
    assert (anne(progress).state, anne(progress).waiting, anne(progress).failed) == ("slots", (), ("Beta",))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_none_only_when_everyone_asked_answered(outcome: Outcome) -> None:
    progress = Progress(search(ALPHA, BETA), now=NOON)
    progress.take(answered(ALPHA, Outcome.EMPTY))
    progress.take(answered(BETA, outcome))
    honest = outcome in {Outcome.OK, Outcome.EMPTY}
    assert anne(progress).state == ("none" if honest else "unknown")
    assert anne(progress).failed == (() if honest else ("Beta",))
    assert progress.card(BRUNO).state == "none"


def test_a_practitioner_nobody_could_be_asked_about_is_unknown() -> None:
    assert anne(Progress(search(), now=NOON)).state == "unknown"


def test_a_refusal_or_an_absence_is_no_unknown() -> None:
    away = ((NOON - timedelta(days=1), NOON + timedelta(days=9)),)
    people = (candidate(ANNE, accepts_editor_slots=False), candidate(BRUNO, absences=away))
    progress = Progress(search(people=people), now=NOON)
    assert [(card.state, card.absent) for card in progress.cards] == [("none", False), ("none", True)]


def test_what_never_came_is_unknown_once_the_search_is_over() -> None:
    progress = Progress(search(ALPHA), now=NOON)
    progress.take(Landed(event_id="1-2"))
    assert (progress.done, anne(progress).state) == (True, "unknown")


def test_editors_sum_up_their_calls() -> None:
    second = Question(number=2, editor_id=1, editor_name="Alpha", flow=Flow.R01, national_ids=(BRUNO,))
    progress = Progress(search(ALPHA, BETA, second), now=NOON)
    progress.take(answered(ALPHA, Outcome.OK, SOON))
    progress.take(answered(BETA, Outcome.EMPTY))
    assert [(one.name, one.state, one.outcome) for one in progress.editors] == [
        ("Alpha", "waiting", Outcome.OK), ("Beta", "answered", Outcome.EMPTY),
    ]  # fmt: skip
    progress.take(answered(second, Outcome.TIMEOUT))
    [alpha, _] = progress.editors
    assert (alpha.state, alpha.outcome, alpha.slots, alpha.duration_ms) == ("partial", Outcome.TIMEOUT, 1, 12)
    assert alpha.message_fr == "Alpha n’a pas répondu à temps."
    counts = progress.counts
    assert (counts.practitioners, counts.with_slots, counts.answered_editors, counts.editors) == (2, 1, 2, 2)


def test_asking_again_waits_again_and_the_newer_round_wins() -> None:
    progress = Progress(search(ALPHA, BETA), now=NOON)
    progress.take(answered(ALPHA, Outcome.TIMEOUT))
    progress.take(answered(BETA, Outcome.OK))
    progress.take(Landed(event_id="1-3"))
    assert progress.take(Landed(event_id="1-4", again=1)) == {ANNE, BRUNO}
    assert (progress.done, anne(progress).state, anne(progress).waiting) == (False, "waiting", ("Alpha",))
    newer = answered(ALPHA, Outcome.OK, SOON).report
    assert newer is not None
    progress.take(Landed(event_id="1-5", report=CallReport(**{f: getattr(newer, f) for f in newer.__struct_fields__}
                                                           | {"round": 1})))  # fmt: skip
    assert anne(progress).state == "slots"
    assert progress.take(Landed(event_id="1-6", report=unanswered(ALPHA, Outcome.TIMEOUT))) == frozenset()
    assert anne(progress).state == "slots"


def test_an_editor_that_answered_keeps_its_slots_while_asked_again() -> None:
    progress = Progress(search(ALPHA), now=NOON)
    progress.take(answered(ALPHA, Outcome.OK, SOON))
    progress.take(Landed(event_id="1-4", again=1))
    assert anne(progress).state == "slots"


def test_taking_an_event_twice_changes_nothing() -> None:
    progress = Progress(search(ALPHA), now=NOON)
    for _ in range(2):
        progress.take(answered(ALPHA, Outcome.OK, SOON))
    assert len(anne(progress).slots) == 1


def test_days_are_the_place_s_own() -> None:
    midnight_in_paris = datetime(2026, 6, 15, 22, 0, tzinfo=UTC)
    starts = (midnight_in_paris - timedelta(minutes=20), midnight_in_paris, midnight_in_paris + timedelta(hours=24))
    progress = Progress(search(ALPHA), now=NOON)
    progress.take(answered(ALPHA, Outcome.OK, *starts))
    assert [(day.date.day, len(day.slots)) for day in anne(progress).days] == [(15, 1), (16, 1), (17, 1)]
    place = CandidatePlace(key="k", city="Fort-de-France", postal_code="97200", time_zone="America/Martinique")
    progress = Progress(search(ALPHA, people=(candidate(ANNE, places=(place,)), candidate(BRUNO))), now=NOON)
    progress.take(answered(ALPHA, Outcome.OK, *starts[:2]))
    assert [(day.date.day, len(day.slots)) for day in anne(progress).days] == [(15, 2), (16, 0), (17, 0)]
    assert anne(progress).time_zone == "America/Martinique"


def test_the_contact_is_the_cpts_s_when_declared_through_it() -> None:
    people = (
        candidate(ANNE, participations=(through("cpts", LILAS),)),
        candidate(BRUNO, participations=(through("individual"),)),
    )
    cards = Progress(search(people=people), now=NOON).cards
    assert [(card.contact_label, card.contact_phone) for card in cards] == [
        ("Adresser un patient hors créneaux", "01 99 00 11 22"),
        ("Téléphone du cabinet", "01 99 00 12 34"),
    ]


def test_hidden_slots_are_kept_with_their_reason() -> None:
    progress = Progress(search(ALPHA, filters=Filters(consultation=("VR",))), now=NOON)
    progress.take(answered(ALPHA, Outcome.OK, SOON))
    card = anne(progress)
    assert (card.state, [one.reason.value for one in card.hidden]) == ("none", ["other_consultation"])


def test_a_place_the_directory_does_not_know_is_shown_and_marked() -> None:
    elsewhere = SlotPlace(line="99 avenue Neuve", postal_code="33000", city="Bordeaux")
    progress = Progress(search(ALPHA), now=NOON)
    progress.take(answered(ALPHA, Outcome.OK, SOON, place=elsewhere))
    progress.take(answered(BETA, Outcome.OK, SOON))
    assert [(one.elsewhere, one.editor_name) for one in anne(progress).slots] == [(True, "Alpha")]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        (SlotPlace(line="12 RUE DES LILAS", postal_code="47000", city="AGEN"), True),
        (SlotPlace(line="12, r. des Lilas", postal_code="47000", city="Agen"), True),
        (SlotPlace(line="", postal_code="47000", city="Agen"), True),
        (SlotPlace(line="14 rue des Lilas", postal_code="47000", city="Agen"), False),
        (SlotPlace(line="12 rue des Lilas", postal_code="33000", city="Bordeaux"), False),
        (SlotPlace(line="ailleurs", postal_code="33000", city="Bordeaux", structure_id="1470000001"), True),
        (SlotPlace(line="place du Marché", postal_code="47000", city="Agen"), False),
    ],
)
def test_same_place(written: SlotPlace, same: bool) -> None:
    known = CandidatePlace(key="k", line="12 rue des Lilas", postal_code="47000", city="Agen", finess="470000001")
    assert same_place(written, known) is same
