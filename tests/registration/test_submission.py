"""Sending: whole, once for a person and an address, under a number without gap; the database holds all of it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from directory.models import RegistrationEvent, RegistrationRequest
from directory.registration import drafts, review, submission
from directory.registration.answers import answers_of
from directory.registration.requests import NotInThisState
from directory.registration.submission import AddressAskedAlready, ChangedMeanwhile, PersonAskedAlready
from sasportal.accounts.charge import OutsideCharge
from sasportal.accounts.grants import AddressTaken
from sasportal.accounts.models import User
from sasportal.audit import trail
from sasportal.audit.models import Entry
from tests.registration import cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def maxence(clock) -> User:
    return cast.manager(cast.BOTH)


def test_what_was_submitted_is_written_down(maxence):
    sent = cast.again(cast.submitted(maxence))
    assert (sent.number, sent.state) == ("P202611270001", "submitted")
    assert (sent.family_name, sent.given_name, str(sent.birth_date)) == ("Lagarde", "Zoé", "1985-11-24")
    assert (sent.email, sent.phone, sent.kind) == ("zoe.lagarde@samu47.example", "05 53 00 12 34", "osnp")
    assert (sent.structure, sent.territory.name) == (cast.SAMU, "Lot-et-Garonne")
    assert sent.structure_label == "SAMU 47, 1 route de Villeneuve, 47000 Agen, FINESS 470000012"
    assert (sent.certified_by, sent.certified_at) == (maxence, NOW)
    assert [(event.state, event.by) for event in sent.events.all()] == [("draft", maxence), ("submitted", maxence)]


def test_the_trail_holds_no_name_nor_birth(maxence):
    sent = cast.submitted(maxence)
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.target, entry.detail) == (
        "registration_submitted", sent.number, {"territory": "Lot-et-Garonne"},
    )  # fmt: skip
    written = " ".join(f"{entry.target} {entry.detail}" for entry in Entry.objects.all())
    assert [word for word in ("Lagarde", "Zoé", "1985", "zoe.lagarde") if word in written] == []
    assert trail.verify().faults == ()


def test_numbers_follow_each_other_within_a_day_of_here(maxence, clock):
    first, second = (cast.submitted(maxence, **cast.somebody(n)).number for n in range(2))
    clock.move_to(datetime(2026, 11, 27, 23, 30, tzinfo=UTC))  # already the 28th in Paris
    third = cast.submitted(maxence, **cast.somebody(3)).number
    assert (first, second, third) == ("P202611270001", "P202611270002", "P202611280001")


def test_what_is_refused_uses_no_number(maxence):
    cast.submitted(maxence)
    other = cast.draft(maxence, email="autre@samu47.example")
    with pytest.raises(PersonAskedAlready):
        cast.send(maxence, other)
    assert cast.submitted(maxence, **cast.somebody(1)).number == "P202611270002"


def test_the_ten_thousandth_of_a_day_has_its_number_too(maxence):
    cast.submitted(maxence)
    RegistrationRequest.objects.update(state="rejected", ended_at=NOW)
    sent = RegistrationRequest.objects.get()
    same = {field.attname: getattr(sent, field.attname) for field in sent._meta.fields}
    for name in ("id", "number"):
        del same[name]
    copies = [RegistrationRequest(number=f"P20261127{n:04}", **same) for n in range(2, 10_001)]
    RegistrationRequest.objects.bulk_create(copies)
    assert cast.submitted(maxence, **cast.somebody(1)).number == "P2026112710001"


def test_one_request_for_a_person_and_an_address(maxence):
    cast.submitted(maxence)
    with pytest.raises(PersonAskedAlready):
        cast.submitted(maxence, family_name="LAGARDE", given_name="zoe", email="autre@samu47.example")
    with pytest.raises(AddressAskedAlready):
        cast.submitted(maxence, family_name="Autre")
    assert cast.submitted(maxence, birth_date="1985-11-25", email="homonyme@samu47.example").number is not None


@pytest.mark.parametrize("state", ["approved", "rejected", "abandoned"])
def test_who_was_answered_may_be_asked_for_again(maxence, state):
    cast.in_state(state, maxence, cast.admin())
    again = cast.submitted(maxence, email="nouvelle@samu47.example")
    assert again.state == "submitted"


def test_an_address_that_got_an_account_meanwhile(maxence):
    written = cast.draft(maxence)
    filing = answers_of(written, actor=maxence).filing()
    cast.person("zoe.lagarde@samu47.example")
    with pytest.raises(AddressTaken):
        submission.submit(actor=maxence, request=written, filing=filing)


def test_answers_changed_since_they_were_read_are_not_sent(maxence):
    written = cast.draft(maxence)
    filing = answers_of(written, actor=maxence).filing()
    drafts.save_answers(request=written, answers={"phone": "05 53 00 00 00"})
    with pytest.raises(ChangedMeanwhile):
        submission.submit(actor=maxence, request=written, filing=filing)


def test_nothing_is_sent_outside_the_charge(maxence):
    written = cast.draft(maxence)
    filing = answers_of(written, actor=maxence).filing()
    stranger = cast.manager(cast.PARIS, identifier="3990000001/GES0008")
    with pytest.raises(OutsideCharge):
        submission.submit(actor=stranger, request=written, filing=filing)


def test_sent_twice_it_is_sent_once(maxence):
    written = cast.draft(maxence)
    filing = answers_of(written, actor=maxence).filing()
    sent = submission.submit(actor=maxence, request=written, filing=filing)
    with pytest.raises(NotInThisState):
        submission.submit(actor=maxence, request=written, filing=filing)
    assert (cast.again(written).number, RegistrationEvent.objects.filter(state="submitted").count()) == (sent.number, 1)


def test_completed_it_keeps_its_number(maxence):
    asked = cast.in_state("needs_information", maxence, cast.admin())
    drafts.save_answers(request=asked, answers={"phone": "05 53 00 99 99"})
    sent = cast.send(maxence, cast.again(asked))
    assert (sent.number, cast.again(sent).phone) == (asked.number, "05 53 00 99 99")
    states = list(sent.events.values_list("state", flat=True))
    assert states == ["draft", "submitted", "in_review", "needs_information", "submitted"]


def test_another_identity_has_to_be_certified_again(maxence):
    written = cast.draft(maxence)
    kept = drafts.save_answers(request=written, answers=cast.IDENTITY | {"phone": "05 53 00 99 99"})
    assert answers_of(kept, actor=maxence).incomplete == []
    changed = drafts.save_answers(request=written, answers={"family_name": "Autre"})
    assert [step.slug for step in answers_of(changed, actor=maxence).incomplete] == ["certification"]
    assert answers_of(changed, actor=maxence).certified_by is None


def test_who_certified_stays_the_certifier_though_a_colleague_sends(maxence):
    asked = cast.in_state("needs_information", maxence, cast.admin())
    colleague = cast.manager(cast.LOT, identifier="3990000001/GES0009")
    drafts.certify(actor=colleague, request=asked, certified=True)
    assert cast.send(colleague, cast.again(asked)).certified_by == maxence


@pytest.mark.parametrize(
    "changes",
    [
        {"number": None}, {"family_name": ""}, {"email": ""}, {"structure": ""}, {"territory": None},
        {"certified_by": None}, {"certified_at": None}, {"birth_date": None}, {"birth_place": ""}, {"ended_at": NOW},
        {"state": "approved"}, {"state": "rejected"}, {"kind": ""},
    ],
)  # fmt: skip
def test_the_database_refuses_a_request_that_is_not_whole(maxence, changes):
    sent = cast.submitted(maxence)
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationRequest.objects.filter(pk=sent.pk).update(**changes)


def test_the_history_is_never_rewritten(maxence):
    cast.submitted(maxence)
    for act in (lambda: RegistrationEvent.objects.update(comment="x"), RegistrationEvent.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


def together(*acts: Callable[[], object]) -> list[object]:
    """Run these at the same moment, in threads of their own; return what each gave or raised."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n: int, act: Callable[[], object]) -> None:
        gate.wait(10)
        try:
            results[n] = act()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            results[n] = type(error).__name__
        connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_twelve_sent_at_once_have_twelve_numbers_in_a_row():
    maxence = cast.manager(cast.BOTH)
    written = [cast.draft(maxence, **cast.somebody(n)) for n in range(12)]
    together(*(lambda one=one: cast.send(maxence, one) for one in written))
    numbers = sorted(RegistrationRequest.objects.values_list("number", flat=True))
    assert [number[9:] for number in numbers] == [f"{n:04}" for n in range(1, 13)]


@pytest.mark.django_db(transaction=True)
def test_the_same_person_sent_twice_at_once_is_sent_once():
    maxence = cast.manager(cast.BOTH)
    written = [cast.draft(maxence, email=f"zoe{n}@samu47.example") for n in range(6)]
    done = together(*(lambda one=one: cast.send(maxence, one).state for one in written))
    assert sorted(done) == ["PersonAskedAlready"] * 5 + ["submitted"]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_once():
    maxence = cast.manager(cast.BOTH)
    written = cast.draft(maxence)
    done = together(*(lambda: cast.send(maxence, written).state for _ in range(6)))
    assert sorted(done) == ["NotInThisState"] * 5 + ["submitted"]


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_are_one():
    maxence, examiners = cast.manager(cast.BOTH), [cast.admin(), cast.admin("899700000062")]
    request = cast.in_state("in_review", maxence, examiners[0])
    done = together(
        lambda: review.approve(actor=examiners[0], request=request).email,
        lambda: review.reject(actor=examiners[1], request=request, reason="Non."),
    )
    assert done.count("NotInThisState") == 1
    assert cast.again(request).events.count() == 4
