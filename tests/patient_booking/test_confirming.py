"""What must hold when somebody confirms: never past, never too many, an overlap only knowingly."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from agenda.own.models import Hold, Occurrence
from agenda.own.offer import SlotFull, SlotPast
from booking import own_slots
from booking.patients import confirming, drafts, people
from booking.patients.confirming import Incomplete, Overlaps, TooMany
from booking.patients.models import Booking, Draft
from booking.patients.people import NotYours
from sasportal.accounts.models import User
from tests.booking import own_cast
from tests.patient_booking import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(valkey) -> User:
    cast.anne()
    return cast.patient()


def ready(account: User, row: Occurrence, **more: object) -> Draft:
    return cast.filled(cast.begun(row, account=account), account, **more)  # type: ignore[arg-type]


def test_nothing_is_booked_before_everything_was_said(account: User) -> None:
    draft = cast.begun(cast.offered(), account=account)
    with pytest.raises(Incomplete):
        confirming.confirm(actor=account, draft=draft)


def test_somebody_else_may_not_confirm_it(account: User) -> None:
    draft = ready(account, cast.offered())
    with pytest.raises(NotYours):
        confirming.confirm(actor=cast.patient("autre@exemple.example"), draft=draft)


def test_never_past(account: User) -> None:
    row = cast.offered()
    draft = ready(account, row)
    with time_machine.travel(row.start + timedelta(seconds=1)), pytest.raises(SlotPast):
        confirming.confirm(actor=account, draft=draft)
    assert Booking.objects.count() == 0


def test_two_open_bookings_of_one_specialty_and_no_third(account: User) -> None:
    for hours in (0, 1):
        cast.booked(account, cast.offered(start=cast.later(hours)))
    draft = ready(account, cast.offered(start=cast.later(2)))
    with pytest.raises(TooMany):
        confirming.confirm(actor=account, draft=draft)
    assert Hold.objects.filter(pk=draft.pk).exists()


def test_the_limit_is_the_persons_whoever_books(account: User) -> None:
    """Two parents, one child: found by the blind index."""
    other = cast.patient("autre@exemple.example")
    cast.booked(account, cast.offered(), cast.LOU)
    cast.booked(other, cast.offered(start=cast.later(1)), cast.LOU)
    draft = ready(account, cast.offered(start=cast.later(2)), who=cast.LOU)
    with pytest.raises(TooMany):
        confirming.confirm(actor=account, draft=draft)
    confirming.confirm(actor=account, draft=ready(account, cast.offered(start=cast.later(3))))  # for himself


def test_an_overlap_is_said_and_booked_only_knowingly(account: User) -> None:
    first = cast.booked(account, cast.offered())
    draft = ready(account, cast.offered(place="phare"))
    with pytest.raises(Overlaps) as raised:
        confirming.confirm(actor=account, draft=draft)
    assert raised.value.bookings == [first]
    assert confirming.confirm(actor=account, draft=draft, knowingly=True).pk == draft.pk


def test_regulator_and_patient_share_the_places(account: User) -> None:
    """Of two places one is held: the regulator takes the other, and no third."""
    row = cast.offered(capacity=2, types=["PUBLIC", "SNP"])
    draft = ready(account, row)
    camille = own_cast.regulator()
    search = own_cast.search_for(camille)
    assert search.own[0].taken == 1
    own_slots.take(actor=camille, search=search, slot_key=cast.key_of(row), token=drafts.uuid.uuid4())
    with pytest.raises(SlotFull):
        own_slots.take(actor=camille, search=search, slot_key=cast.key_of(row), token=drafts.uuid.uuid4())
    confirming.confirm(actor=account, draft=draft)
    row.refresh_from_db()
    assert row.taken == 2


def test_once_the_hold_is_over_the_regulator_takes_the_place_and_the_patient_is_told(account: User) -> None:
    row = cast.offered(types=["PUBLIC", "SNP"])
    draft = ready(account, row)
    camille = own_cast.regulator()
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        search = own_cast.search_for(camille)
        own_slots.take(actor=camille, search=search, slot_key=cast.key_of(row), token=drafts.uuid.uuid4())
        with pytest.raises(SlotFull):
            confirming.confirm(actor=account, draft=draft)


def test_the_hold_is_over_but_nobody_took_the_place(account: User) -> None:
    draft = ready(account, cast.offered())
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert confirming.confirm(actor=account, draft=draft).pk == draft.pk


def test_a_child_of_fifteen_is_not_booked_for_any_more(account: User) -> None:
    draft = ready(account, cast.offered(), who=cast.LOU)
    birthday = cast.LOU.birth_date.replace(year=cast.LOU.birth_date.year + 15)
    with time_machine.travel(birthday), pytest.raises(NotYours):
        confirming.confirm(actor=account, draft=draft)


def test_an_adult_is_booked_for_only_once_he_accepted_and_within_what_he_allows(account: User) -> None:
    helped = cast.patient("mamie@exemple.example")
    end = timezone.localdate() + timedelta(days=30)
    person = people.invite_adult(account=account, email=helped.email, scopes=["see"], ends_on=end)
    assert people.to_book_for(account, now=timezone.now()) == []
    person = people.accept(account=helped, token=people.invitation_token(person), who=cast.ZOE)
    assert people.to_book_for(account, now=timezone.now()) == []
    person.scopes = ["see", "book"]
    person.save()
    assert [one.pk for one, _ in people.to_book_for(account, now=timezone.now())] == [person.pk]
    assert people.to_book_for(account, now=timezone.now() + timedelta(days=31)) == []
    people.end(account=helped, person=person)
    assert people.to_book_for(account, now=timezone.now()) == []
