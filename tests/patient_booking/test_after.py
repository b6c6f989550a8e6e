"""After booking: cancel and take back, move, calendar, e-mails, reminders, and who sees what."""

from collections.abc import Iterator
from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from agenda.own.models import Occurrence
from booking.patients import changing, notices, people
from booking.patients.calendar import calendar_of
from booking.patients.models import Booking, BookingState, Draft, EventKind
from sasportal.accounts.models import DelegateScope, Role, User
from sasportal.outbox.models import Delivery, DeliveryState
from sasportal.outbox.relay import DeliveryRefused, relay
from sasportal.vault.sealing import opened, seal
from tests.accounts.people import signed_in_by_psc
from tests.own_agenda.cast import person
from tests.patient_booking import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(valkey) -> User:
    cast.anne()
    return cast.patient()


@pytest.fixture
def booking(account: User) -> Booking:
    return cast.booked(account, cast.offered(start=cast.later(100)))


@pytest.fixture
def client(account: User) -> Client:
    return cast.browser(account)


def page(booking: Booking, name: str = "") -> str:
    return f"/patient/rendez-vous/{booking.pk}/{name}"


def kinds(booking: Booking) -> list[str]:
    return list(booking.events.values_list("kind", flat=True))


def sent() -> list[mail.EmailMessage]:
    relay()
    letters, mail.outbox = mail.outbox, []
    return letters


def event(text: bytes) -> tuple[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(text)
    return str(calendar["method"]), calendar.walk("VEVENT")[0]


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


def test_the_calendar_entry_keeps_its_uid_and_is_taken_out(booking: Booking, account: User, client: Client) -> None:
    method, first = event(client.get(page(booking, "rendez-vous.ics")).content)
    changing.cancel(actor=account, booking=booking)
    cancel_method, last = event(calendar_of(booking))
    assert (method, cancel_method) == ("PUBLISH", "CANCEL")
    assert (first["uid"], first["sequence"], last["sequence"]) == (last["uid"], 0, 1)
    assert (str(first["status"]), str(last["status"])) == ("CONFIRMED", "CANCELLED")
    text = calendar_of(booking).decode()
    assert "toux" not in text
    assert "symptôme" not in text
    assert "CANARI" not in text


def test_patient_and_practice_are_told_in_text_and_html(booking: Booking, account: User) -> None:
    Occurrence.objects.update(national_id=cast.ANNE)
    doctor = person(cast.ANNE, Role.EFFECTOR)
    doctor.email = "anne@cabinet.example"
    doctor.save()
    to_practice, to_patient = sorted(sent(), key=lambda letter: letter.to)
    assert (to_patient.to, to_practice.to) == ([account.email], ["anne@cabinet.example"])
    assert to_patient.subject.startswith("Rendez-vous confirmé : ")
    assert [kind for _, kind in to_patient.alternatives] == ["text/html"]
    assert [(name, kind) for name, _, kind in to_patient.attachments] == [("rendez-vous.ics", "text/calendar")]
    for letter in (to_practice, to_patient):
        said = letter.body + str(letter.alternatives)
        assert not [word for word in ("CANARI", "Zoé", "toux", "symptôme", "06 39") if word in said]


def test_what_waits_in_the_outbox_names_nobody(booking: Booking) -> None:
    payloads = list(Delivery.objects.values_list("payload", flat=True))
    assert payloads == [{"booking": str(booking.pk), "what": "state"}] * 2


def test_moved_both_calendar_entries_are_in_one_letter(client: Client, booking: Booking) -> None:
    sent()
    new = cast.offered(start=cast.later(120))
    client.post(client.post(page(booking, "deplacer"), {"creneau": cast.key_of(new)}).headers["Location"])
    (letter,) = sent()
    assert letter.subject.startswith("Rendez-vous déplacé")
    methods = [event(text.encode())[0] for _, text, _ in letter.attachments]
    assert methods == ["CANCEL", "PUBLISH"]


def test_reminded_once_two_days_before_and_not_once_cancelled(booking: Booking, account: User) -> None:
    sent()
    now = timezone.now()
    assert notices.remind(now=now) == 0
    soon = booking.start - timedelta(hours=47)
    assert (notices.remind(now=soon), notices.remind(now=soon + timedelta(minutes=10))) == (1, 0)
    changing.cancel(actor=account, booking=booking)
    assert [letter.subject.split(" :")[0] for letter in sent()] == ["Rendez-vous annulé"]
    assert notices.remind(now=soon) == 0


@pytest.fixture
def reminded(booking: Booking) -> Iterator[Booking]:
    """Two days before, its reminders written and nothing sent yet."""
    sent()
    with time_machine.travel(booking.start - timedelta(hours=47)):
        assert notices.remind(now=timezone.now()) == 1
        yield booking


def test_a_reminder_by_text_says_when_and_no_more(reminded: Booking, capsys) -> None:
    capsys.readouterr()
    assert [letter.subject.split(" :")[0] for letter in sent()] == ["Rappel de rendez-vous"]
    [text] = capsys.readouterr().out.splitlines()
    assert text.startswith("SMS 06 39 98 00 01 : Rappel de rendez-vous : ")
    assert text.endswith(f"http://127.0.0.1:8000/patient/rendez-vous/{reminded.pk}/")
    assert not [word for word in ("CANARI", "Zoé", "TENUE", "toux", "ymptôme", "énéral") if word in text]


def test_no_text_to_a_landline_nor_once_cancelled(reminded: Booking, account: User, capsys) -> None:
    content = opened(reminded) | {"phone": "05 53 00 00 01"}
    seal(reminded, content)
    reminded.save()
    capsys.readouterr()
    sent()
    changing.cancel(actor=account, booking=reminded)
    notices.send_patient_text(booking=str(reminded.pk), what="reminder")
    assert "SMS" not in capsys.readouterr().out


def test_without_a_provider_reminders_are_letters(booking: Booking, settings) -> None:
    settings.TEXT_MESSAGES = ""
    sent()
    notices.remind(now=booking.start - timedelta(hours=47))
    assert list(Delivery.objects.filter(payload__what="reminder").values_list("channel", flat=True)) == [
        "patient-notice"
    ]


def out_of_order(*, to: str, text: str) -> None:
    raise DeliveryRefused("Numéro inconnu.")


def test_a_text_that_does_not_leave_is_seen(reminded: Booking, client: Client, settings) -> None:
    settings.TEXT_MESSAGES = f"{__name__}.out_of_order"
    sent()
    assert "n’a pas pu vous être envoyé" in client.get("/patient/rendez-vous/").content.decode()


def test_booked_within_two_days_there_is_no_reminder(account: User) -> None:
    cast.booked(account)
    assert notices.remind(now=timezone.now()) == 0


def test_a_letter_that_does_not_leave_is_seen(client: Client, booking: Booking) -> None:
    assert "n’a pas pu" not in client.get(page(booking)).content.decode()
    Delivery.objects.filter(channel="patient-notice").update(state=DeliveryState.DEAD)
    assert "n’a pas pu vous être envoyé" in client.get(page(booking)).content.decode()
    assert "n’a pas pu vous être envoyé" in client.get("/patient/rendez-vous/").content.decode()


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
