"""Another time in the own agenda: the new place booked before the old one is given up."""

import pytest
from django.test import Client

from agenda.own.models import Occurrence
from booking.patients.models import Booking, BookingState
from sasportal.accounts.models import User
from tests.patient_booking import cast
from tests.patient_booking.after import event, kinds, page, sent

pytestmark = pytest.mark.django_db


def test_moved_the_new_one_is_booked_before_the_old_one_is_given_up(client: Client, booking: Booking) -> None:
    old, new = booking.occurrence, cast.offered(start=cast.later(120))
    assert cast.key_of(new) in client.get(page(booking, "deplacer")).content.decode()
    answer = client.post(page(booking, "deplacer"), {"creneau": cast.key_of(new)})
    check = answer.headers["Location"]
    assert "sera annulé seulement quand" in client.get(check).content.decode()
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED
    answer = client.post(check)
    moved = Booking.objects.get(replaces=booking)
    assert answer.headers["Location"] == page(moved)
    for row in (booking, old, new):
        row.refresh_from_db()
    assert (booking.state, moved.state, old.taken, new.taken) == (BookingState.CANCELLED, BookingState.BOOKED, 0, 1)
    assert (kinds(booking), kinds(moved)) == (["booked", "moved"], ["booked"])
    assert "Ce rendez-vous a été déplacé" in client.get(page(booking)).content.decode()
    assert "Reprendre" not in client.get(page(booking)).content.decode()


def test_with_no_other_time_there_is_somebody_to_call(client: Client, booking: Booking) -> None:
    text = client.get(page(booking, "deplacer")).content.decode()
    assert "plus d’autre place en ligne" in text
    assert f'appelez le cabinet : <a href="tel:{booking.phone}">' in text


def test_moved_in_two_tabs_it_is_moved_once(client: Client, booking: Booking) -> None:
    first, second = cast.offered(start=cast.later(120)), cast.offered(start=cast.later(122))
    checks = [
        client.post(page(booking, "deplacer"), {"creneau": cast.key_of(row)}).headers["Location"]
        for row in (first, second)
    ]
    answers = [client.post(check) for check in checks]
    moved = Booking.objects.get(replaces=booking)
    assert [answer.headers["Location"] for answer in answers] == [page(moved)] * 2
    for row in (first, second):
        row.refresh_from_db()
    assert (moved.start, first.taken, second.taken) == (first.start, 1, 0)


def test_the_new_place_is_lost_and_the_old_appointment_stays(client: Client, booking: Booking) -> None:
    new = cast.offered(start=cast.later(120))
    check = client.post(page(booking, "deplacer"), {"creneau": cast.key_of(new)}).headers["Location"]
    Occurrence.objects.filter(pk=new.pk).update(cancelled=True)
    answer = client.post(check)
    assert (answer.status_code, "votre rendez-vous n’a pas changé" in answer.content.decode()) == (409, True)
    booking.refresh_from_db()
    assert (booking.state, booking.occurrence.taken) == (BookingState.BOOKED, 1)


def test_moving_counts_neither_as_a_third_nor_as_an_overlap_with_itself(account: User, client: Client) -> None:
    first = cast.booked(account, cast.offered())
    cast.booked(account, cast.offered(start=cast.later(5)))
    near = cast.offered(place="phare")
    check = client.post(page(first, "deplacer"), {"creneau": cast.key_of(near)}).headers["Location"]
    assert client.post(check).status_code == 302
    assert Booking.objects.filter(state=BookingState.BOOKED).count() == 2


def test_moved_both_calendar_entries_are_in_one_letter(client: Client, booking: Booking) -> None:
    sent()
    new = cast.offered(start=cast.later(120))
    client.post(client.post(page(booking, "deplacer"), {"creneau": cast.key_of(new)}).headers["Location"])
    (letter,) = sent()
    assert letter.subject.startswith("Rendez-vous déplacé")
    methods = [event(text.encode())[0] for _, text, _ in letter.attachments]
    assert methods == ["CANCEL", "PUBLISH"]
