"""After booking: cancel and take back, the list, relatives, the practice, and who sees what."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agenda.own.models import Occurrence
from booking.patients import changing, people
from booking.patients.models import Booking, BookingState, Draft, EventKind
from sasportal.accounts.models import DelegateScope, Role, User
from tests.accounts.people import signed_in_by_psc
from tests.own_agenda.cast import person
from tests.patient_booking import cast
from tests.patient_booking.after import kinds, page, sent

pytestmark = pytest.mark.django_db


def test_cancelled_and_taken_back_within_ten_minutes(client: Client, booking: Booking) -> None:
    client.post(page(booking, "annuler"))
    booking.refresh_from_db()
    assert (booking.state, Occurrence.objects.get().taken) == (BookingState.CANCELLED, 0)
    client.post(page(booking, "reprendre"))
    booking.refresh_from_db()
    assert (booking.state, Occurrence.objects.get().taken, booking.sequence) == (BookingState.BOOKED, 1, 2)
    assert kinds(booking) == ["booked", "cancelled", "restored"]


def test_after_ten_minutes_or_taken_by_somebody_else_it_stays_cancelled(client: Client, booking: Booking) -> None:
    client.post(page(booking, "annuler"))
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert "10 minutes sont passées" in client.post(page(booking, "reprendre"), follow=True).content.decode()
    Occurrence.objects.update(taken=1)
    answer = client.post(page(booking, "reprendre"), follow=True)
    assert "vient d’être prise par quelqu’un d’autre" in answer.content.decode()
    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED


def test_late_it_is_possible_and_said(account: User, client: Client) -> None:
    booking = cast.booked(account, cast.offered())
    assert "tardif" in client.get(page(booking, "annuler")).content.decode()
    client.post(page(booking, "annuler"))
    booking.refresh_from_db()
    assert (booking.state, booking.cancelled_late) == (BookingState.CANCELLED, True)


def test_the_practice_says_from_when_on_it_is_late(account: User, client: Client, booking: Booking) -> None:
    effector = signed_in_by_psc(person(cast.ANNE, Role.EFFECTOR))
    address = f"/effecteur/{cast.ANNE}/rendez-vous/regle"
    assert "entre 0 et 96" in effector.post(address, {"heures": "97"}, follow=True).content.decode()
    assert changing.hours_before(cast.ANNE) == 24
    two_days_before = booking.start - timedelta(hours=48)
    with time_machine.travel(two_days_before):
        assert not changing.is_late(booking)
    effector.post(address, {"heures": "72"})
    with time_machine.travel(two_days_before):
        assert changing.is_late(booking)


def test_begun_it_is_not_cancelled(booking: Booking, account: User) -> None:
    with time_machine.travel(booking.start), pytest.raises(changing.NotCancellable):
        changing.cancel(actor=account, booking=booking)


def test_my_appointments_the_next_the_others_the_past_and_one_relative(client: Client, account: User) -> None:
    past = cast.booked(account, cast.offered(start=cast.later(1)))
    cast.ended(past, days=2)
    cast.booked(account, cast.offered(start=cast.later(30)))
    child = cast.booked(account, cast.offered(start=cast.later(50)), cast.LOU)
    text = client.get("/patient/rendez-vous/").content.decode()
    assert "Votre prochain rendez-vous" in text
    assert "autre rendez-vous à venir" in text
    assert "Passés ou annulés" in text
    text = client.get("/patient/rendez-vous/", {"pour": str(child.person_id)}).content.decode()
    assert "Pour Lou" in text
    assert "autre rendez-vous à venir" not in text


def test_the_next_one_stands_on_the_home_page(client: Client, booking: Booking) -> None:
    assert "Votre prochain rendez-vous" in client.get("/patient/").content.decode()
    assert (
        "Votre prochain rendez-vous"
        not in cast.browser(booking.account, strongly=False).get("/patient/").content.decode()
    )


def test_somebody_elses_appointment_does_not_exist(booking: Booking) -> None:
    stranger = cast.browser(cast.patient("autre@exemple.example"))
    assert {
        stranger.get(page(booking, name)).status_code for name in ("", "annuler", "deplacer", "rendez-vous.ics")
    } == {404}
    assert stranger.post(page(booking, "annuler")).status_code == 404


def test_without_a_second_factor_only_what_was_just_booked_is_shown(booking: Booking) -> None:
    weak = cast.browser(booking.account, strongly=False)
    assert weak.get(page(booking)).headers["Location"].startswith("/patient/compte/second-facteur?next=")
    assert weak.get("/patient/rendez-vous/").status_code == 302


def test_the_helper_sees_and_cancels_within_what_he_was_allowed(account: User, client: Client) -> None:
    helped = cast.patient("mamie@exemple.example")
    end = timezone.localdate() + timedelta(days=30)
    asked = people.invite_adult(account=account, email=helped.email, scopes=["see", "book"], ends_on=end)
    assert [letter.to for letter in sent()] == [[helped.email]]
    answer = cast.browser(helped).post(
        f"/patient/rendez-vous/proches/aide/{people.invitation_token(asked)}", cast.typed()
    )
    assert answer.status_code == 302
    person_helped = people.people_of(account).get()
    draft = cast.begun(cast.offered(), browser="helper", account=account)
    cast.drafts.choose_person(draft, person_helped)
    cast.drafts.write_reason(draft, cast.REASON)
    booking = cast.confirming.confirm(actor=account, draft=draft)
    assert sorted(letter.to for letter in sent()) == [[helped.email], [account.email]]
    assert client.get(page(booking)).status_code == 200
    assert client.post(page(booking, "annuler")).status_code == 403
    own = cast.browser(helped)
    assert f"par un proche ({account.email})" in own.get(page(booking)).content.decode()
    assert own.post(page(booking, "annuler")).status_code == 302
    people.end(account=helped, person=person_helped)
    assert client.get(page(booking)).status_code == 404


def test_an_invitation_is_for_the_address_it_was_sent_to_and_once(account: User) -> None:
    helped = cast.patient("mamie@exemple.example")
    end = timezone.localdate() + timedelta(days=30)
    asked = people.invite_adult(account=account, email=helped.email, scopes=["see"], ends_on=end)
    address = f"/patient/rendez-vous/proches/aide/{people.invitation_token(asked)}"
    assert cast.browser(cast.patient("autre@exemple.example")).get(address).status_code == 410
    assert cast.browser(account).get(address).status_code == 410
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert cast.browser(helped).get(address).status_code == 410
    assert cast.browser(helped).post(address, cast.typed()).status_code == 302
    assert cast.browser(helped).get(address).status_code == 410


def test_children_are_added_once_and_removed(client: Client, account: User) -> None:
    for _ in range(2):
        client.post("/patient/rendez-vous/proches/enfant", cast.typed(cast.LOU))
    child = people.people_of(account).get()
    assert "Lou CANARI" in client.get("/patient/rendez-vous/proches/").content.decode()
    client.post(f"/patient/rendez-vous/proches/{child.pk}/terminer")
    child.refresh_from_db()
    assert (people.people_of(account).count(), child.readable) == (0, False)


def test_the_practice_reads_whom_it_receives_and_the_patient_sees_it(booking: Booking, client: Client) -> None:
    effector = signed_in_by_psc(person(cast.ANNE, Role.EFFECTOR))
    address = f"/effecteur/{cast.ANNE}/rendez-vous/"
    for _ in range(2):
        text = effector.get(address).content.decode()
    assert "Zoé CANARI" in text
    assert "toux depuis lundi" in text
    assert kinds(booking) == ["booked", "read"]
    assert "Coordonnées lues par le cabinet".lower() in client.get(page(booking)).content.decode()


def test_nobody_but_the_practice_reads_it(booking: Booking) -> None:
    address = f"/effecteur/{cast.ANNE}/rendez-vous/"
    given = [
        person("899700000062", Role.ADMIN),
        person("899700000104", Role.REGULATOR),
        person("899700000138", Role.EFFECTOR),
    ]
    for user in given:
        assert signed_in_by_psc(user).get(address).status_code == 403
        assert signed_in_by_psc(user).post(f"{address}{booking.pk}/annuler").status_code == 403
    follower = person("3990000001/SEC0002", Role.DELEGATE, national_id=cast.ANNE, scopes=[DelegateScope.FOLLOW])
    assert signed_in_by_psc(follower).get(address).status_code == 200
    assert kinds(booking) == ["booked", "read"]


def test_the_practice_cancels_and_the_patient_is_told(booking: Booking) -> None:
    sent()
    effector = signed_in_by_psc(person(cast.ANNE, Role.EFFECTOR))
    effector.post(f"/effecteur/{cast.ANNE}/rendez-vous/{booking.pk}/annuler")
    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED
    assert [letter.to for letter in sent()] == [[booking.account.email]]


def test_the_practice_notes_whether_the_patient_came(booking: Booking) -> None:
    effector = signed_in_by_psc(person(cast.ANNE, Role.EFFECTOR))
    address = f"/effecteur/{cast.ANNE}/rendez-vous/{booking.pk}/venue"
    effector.post(address, {"venue": "absent"})
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED  # still to come
    cast.ended(booking, days=0)
    effector.post(address, {"venue": "absent"})
    booking.refresh_from_db()
    assert (booking.state, EventKind.NOSHOW in kinds(booking)) == (BookingState.NOSHOW, True)
    assert Draft.objects.count() == 0
