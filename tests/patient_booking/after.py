"""A patient with an appointment four days ahead, her browser, and what the tests look at afterwards."""

import icalendar
import pytest
from django.core import mail
from django.test import Client

from booking.patients.models import Booking
from sasportal.accounts.models import User
from sasportal.outbox.relay import relay
from tests.patient_booking import cast


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
