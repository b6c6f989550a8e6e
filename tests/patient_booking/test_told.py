"""What is said of an appointment: calendar entry, letters, reminders, text messages, and those that do not leave."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agenda.own.models import Occurrence
from booking.patients import changing, notices
from booking.patients.calendar import calendar_of
from booking.patients.lines import meeting_line
from booking.patients.models import Booking
from sasportal.accounts.models import Role, User
from sasportal.outbox.models import Delivery, DeliveryState
from sasportal.outbox.relay import DeliveryRefused
from sasportal.vault.sealing import opened, seal
from sasportal.wording import NARROW
from tests.own_agenda.cast import person
from tests.patient_booking import cast
from tests.patient_booking.after import event, page, sent

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (datetime(2027, 10, 31, 8, tzinfo=UTC), "dimanche 31 octobre, 09 h 00"),  # the clock went back that night
        (datetime(2028, 3, 26, 7, tzinfo=UTC), "dimanche 26 mars, 09 h 00"),  # forward
    ],
)
def test_across_the_night_the_clock_changes(account: User, start: datetime, said: str) -> None:
    with time_machine.travel(start - timedelta(days=3)):
        booking = cast.booked(account, cast.offered(start=start))
    assert meeting_line(booking).when.replace(NARROW, " ") == said
    _, entry = event(calendar_of(booking))
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (booking.start, booking.end)
    due = start - timedelta(hours=48)
    assert [notices.remind(now=now) for now in (due - timedelta(seconds=1), due)] == [0, 1]


def test_a_letter_that_does_not_leave_is_seen(client: Client, booking: Booking) -> None:
    assert "n’a pas pu" not in client.get(page(booking)).content.decode()
    Delivery.objects.filter(channel="patient-notice").update(state=DeliveryState.DEAD)
    assert "n’a pas pu vous être envoyé" in client.get(page(booking)).content.decode()
    assert "n’a pas pu vous être envoyé" in client.get("/patient/rendez-vous/").content.decode()
