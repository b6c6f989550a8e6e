"""What a card says, from what is known of it. No database, no HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.template.loader import get_template

from agenda.cards_view import by_first_slot, card_view
from agenda.filters import Filters
from agenda.models import Flow, Outcome
from agenda.progress import Card, Progress
from agenda.reports import CallReport, Landed, Question
from agenda.searches import Search
from agenda.slots import Consultation, Cpts, Slot, SlotPlace, SlotType
from agenda.visibility import Viewer
from directory.found import Candidate, CandidatePlace, Found
from tests.agenda.answers import rpps
from tests.agenda.cast import AGEN, LILAS, candidate, free_slot, through

NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)  # 8 h in Paris
HERE = SlotPlace(line="12 rue des Lilas", postal_code="47000", city="Agen")


def card_of(one: Candidate, *slots: Slot, outcome: Outcome | None = Outcome.OK, **filters: Any) -> Card:
    """The card after its editor ended so; None: it has not answered."""
    question = Question(number=0, editor_id=1, editor_name="Alpha", flow=Flow.R01, national_ids=(one.national_id,))
    search = Search(
        id=UUID(int=1), owner="o", viewer=Viewer.REGULATOR, what="", need_label="", near=AGEN,
        zone="Europe/Paris", found=Found(candidates=(one,)), filters=Filters(**filters), window_start=NOW,
        window_end=NOW + timedelta(hours=63), questions=(question,), opened_at=NOW,
    )  # fmt: skip
    progress = Progress(search, now=NOW)
    if outcome is not None:
        report = CallReport(
            question=0, editor_id=1, editor_name="Alpha", flow=Flow.R01, national_ids=(one.national_id,),
            outcome=outcome, slots=slots,
        )  # fmt: skip
        progress.take(Landed(event_id="1-1", report=report))
    return progress.card(one.national_id)


def said(card: Card) -> str:
    return card_view(card, now=NOW).slots.message.replace("\xa0", " ")


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("outcome", "state", "message"),
    [
        (None, "waiting", "Réponse attendue : Alpha."),
        (Outcome.EMPTY, "none", "A répondu : aucun créneau sur ces trois jours."),
        (Outcome.OK, "none", "A répondu : aucun créneau sur ces trois jours."),
        *(
            (silent, "unknown", "Créneaux inconnus : Alpha n’a pas répondu correctement.")
            for silent in Outcome
            if silent not in {Outcome.OK, Outcome.EMPTY}
        ),
    ],
)
def test_only_a_complete_answer_says_that_there_is_no_slot(outcome: Outcome | None, state: str, message: str) -> None:
    card = card_of(candidate(), outcome=outcome)
    assert (card.state, said(card)) == (state, message)


def test_several_silent_editors_are_all_named() -> None:
    card = replace(card_of(candidate(), outcome=Outcome.TIMEOUT), failed=("Alpha", "Beta"))
    assert said(card) == "Créneaux inconnus : Alpha et Beta n’ont pas répondu correctement."


def test_slots_that_the_regulators_own_filters_left_out_are_counted() -> None:
    slot = free_slot(NOW + timedelta(hours=30))
    assert said(card_of(candidate(), slot, within_hours=4)) == "Aucun créneau avec vos filtres (1 écarté)."


def test_an_absent_practitioner_and_one_who_hides_his_software_say_why() -> None:
    away = candidate(absences=((NOW - timedelta(days=1), NOW + timedelta(days=9)),))
    assert said(card_of(away)) == "Absence déclarée sur toute la période."
    assert said(card_of(candidate(accepts_editor_slots=False))) == "Ne montre pas les créneaux de son logiciel."


def test_a_partial_answer_with_slots_still_names_what_is_missing() -> None:
    view = card_view(card_of(candidate(), free_slot(NOW + timedelta(hours=3)), outcome=Outcome.PARTIAL), now=NOW)
    assert (view.slots.state, view.slots.note, view.slots.message) == ("slots", "⚠ sans Alpha", "")


@pytest.mark.parametrize(("slots", "first", "others"), [(3, 3, ""), (4, 4, ""), (5, 3, "2 autres"), (9, 3, "6 autres")])
def test_a_day_shows_its_first_slots_and_folds_the_rest(slots: int, first: int, others: str) -> None:
    card = card_of(candidate(), *(free_slot(NOW + timedelta(hours=1 + n)) for n in range(slots)))
    today = card_view(card, now=NOW).slots.days[0]
    assert (len(today.first), plain(today.others_label) if today.others else "") == (first, others)


def test_three_columns_with_the_days_of_the_place() -> None:
    card = card_of(candidate(), free_slot(NOW + timedelta(hours=1)), free_slot(NOW + timedelta(hours=60)))
    days = card_view(card, now=NOW).slots.days
    assert [(day.name, day.short, len(day.first)) for day in days] == [
        ("Aujourd’hui", "lun. 15", 1),
        ("Demain", "mar. 16", 0),
        ("Mercredi 17", "", 1),
    ]


def test_times_are_those_of_the_place() -> None:
    saint_denis = CandidatePlace(key="r", line="1 rue Haute", postal_code="97400", city="Saint-Denis",
                                 time_zone="Indian/Reunion")  # fmt: skip
    place = SlotPlace(line="1 rue Haute", postal_code="97400", city="Saint-Denis")
    card = card_of(candidate(places=(saint_denis,)), free_slot(NOW + timedelta(hours=1), place=place))
    view = card_view(card, now=NOW)
    slot = view.slots.days[0].first[0]
    assert (plain(slot.hour), view.zone_line, view.time_zone) == (
        "11 h 00", "Heures de La Réunion (UTC+4)", "Indian/Reunion",
    )  # fmt: skip


def test_a_slot_is_named_in_full() -> None:
    slot = free_slot(
        NOW + timedelta(hours=3), types=(SlotType.CPTS, SlotType.PRO), place=HERE, booking_url="https://a.example/rdv",
        consultation=(Consultation.SURGERY, Consultation.TELE), cpts=(Cpts(finess=LILAS, name="CPTS des Lilas"),),
    )  # fmt: skip
    view = card_view(card_of(candidate(participations=(through("cpts", LILAS),)), slot), now=NOW)
    shown = view.slots.days[0].first[0]
    assert (shown.letters, shown.marks, shown.cpts, shown.bookable, shown.ref) == ("CT", ("PRO",), True, True, "")
    assert plain(shown.words) == (
        "Réserver lundi 15 juin à 11 h 00, au cabinet ou en téléconsultation, réservé aux professionnels, "
        "créneau de la CPTS des Lilas, avec le docteur Anne TENUE, Agen"
    )


def test_a_slot_without_a_safe_address_is_to_be_asked_for_by_phone() -> None:
    view = card_view(card_of(candidate(), free_slot(NOW + timedelta(hours=3), booking_url="")), now=NOW)
    shown = view.slots.days[0].first[0]
    assert shown.bookable is False
    assert plain(shown.words) == (
        "À demander par téléphone : lundi 15 juin à 11 h 00, au cabinet, avec le docteur Anne TENUE, Agen"
    )


def test_whom_to_call_follows_the_declaration() -> None:
    alone = card_view(card_of(candidate(participations=(through("individual"),))), now=NOW)
    member = card_view(card_of(candidate(participations=(through("cpts", LILAS),))), now=NOW)
    neither = card_view(card_of(candidate()), now=NOW)
    assert [one.participation for one in (alone, member, neither)] == [
        "Participe au SAS",
        "Participe au SAS via la CPTS des Lilas",
        "Ne participe pas au SAS",
    ]
    assert [(one.contact_label, plain(one.slots.call)) for one in (alone, member)] == [
        ("", "01 99 00 12 34"),
        ("Adresser un patient hors créneaux", "01 99 00 11 22"),
    ]


def test_earliest_slot_first_then_the_others_in_their_order() -> None:
    late = card_of(candidate(rpps(1)), free_slot(NOW + timedelta(hours=5)))
    none = card_of(candidate(rpps(2)))
    early = card_of(candidate(rpps(3)), free_slot(NOW + timedelta(hours=1), national_id=rpps(3)))
    other = card_of(candidate(rpps(4)))
    order = by_first_slot([late, none, early, other])
    assert [card.candidate.national_id for card in order] == [rpps(3), rpps(1), rpps(2), rpps(4)]


def test_nothing_an_editor_wrote_is_ever_markup() -> None:
    hostile = SlotPlace(line='"><script>alert(1)</script>', postal_code="47000", city="<b>Agen</b>")
    slot = free_slot(NOW + timedelta(hours=3), place=hostile, key='k"><i>', booking_url="https://a.example/rdv")
    view = card_view(card_of(candidate(name="Anne <TENUE>"), slot), now=NOW)
    template = get_template("agenda/_card_slots.html")
    for can_choose in (True, False):
        written = template.render({"slots": view.slots, "can_choose": can_choose})
        assert [mark for mark in ("<script", "<b>", "<i>", "<TENUE>") if mark in written] == []
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written


@pytest.mark.parametrize(
    ("can_choose", "address", "buttons"),
    [(True, "https://a.example/rdv", 1), (False, "https://a.example/rdv", 0), (True, "", 0)],
)
def test_only_a_regulator_may_choose_and_only_what_can_be_opened(can_choose: bool, address: str, buttons: int) -> None:
    view = card_view(card_of(candidate(), free_slot(NOW + timedelta(hours=3), booking_url=address)), now=NOW)
    written = get_template("agenda/_card_slots.html").render({"slots": view.slots, "can_choose": can_choose})
    assert written.count("<button") == buttons
    assert written.count("avec le docteur Anne TENUE") == 1
