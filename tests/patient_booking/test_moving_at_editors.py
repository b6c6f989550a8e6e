"""An appointment at an editor gets another time: the new one asked, then booked, then the old one given back."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from agenda.models import Editor
from booking.patients.models import Booking, BookingState
from directory.models import EffectorSettings
from sasportal.accounts.models import User
from sasportal.sandbox.editors.patient_faults import PatientFault
from tests.live import Live
from tests.patient_booking import cast
from tests.patient_booking.at_editors import asked, held, page, searched, sent, slots_of, state, subjects, until
from tests.sandbox_editors.test_booking_pages import browser as counter
from tests.sandbox_editors.test_booking_pages import read
from tests.store import empty_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def _editors_are_asked(live_processes: Live) -> Iterator[None]:
    """A worker that asks editors; what leaves through the outbox, these tests send."""
    live_processes.start_worker(queues="editors")
    yield
    live_processes.stop("worker")


@pytest.fixture
def booking(_editors_are_asked: None, alpha, editor, patient) -> Booking:
    """Booked at Alpha for a practitioner of the directory."""
    cast.anne(takes_part=False)
    EffectorSettings.objects.update(without_software=False)
    found = asked(patient)
    sent()
    assert state(found) == BookingState.BOOKED
    return found


def address(booking: Booking) -> str:
    return f"/patient/rendez-vous/{booking.pk}/deplacer"


def choose(client: Client, booking: Booking, index: int = 0) -> str:
    """Choose one of the times the page offers; return where it leads."""
    text = client.get(address(booking)).content.decode()
    keys = re.findall(r'name="creneau"\s+value="([^"]+)"', text)
    [search] = set(re.findall(r'name="recherche" value="([^"]+)"', text))
    assert len(keys) > index
    assert booking.slot_key not in keys
    return client.post(address(booking), {"creneau": keys[index], "recherche": search}).headers["Location"]


def moved(client: Client, booking: Booking) -> Booking:
    client.post(choose(client, booking))
    return Booking.objects.exclude(pk=booking.pk).get(state=BookingState.PENDING)


def states(alpha) -> dict[str, str]:
    return {value: status for value, status, _ in held(alpha)}


def test_the_old_time_is_kept_until_the_new_one_is_booked(alpha, booking, patient) -> None:
    assert "Déplacer" in page(patient, booking)
    check = choose(patient, booking)
    assert "sera annulé seulement quand" in patient.get(check).content.decode()
    patient.post(check)
    new = Booking.objects.get(replaces=booking)
    assert (state(booking), state(new), states(alpha)) == ("booked", "pending", {str(booking.pk): "booked"})
    assert "D’ici là, vous gardez" in page(patient, new)
    old_page = page(patient, booking)
    assert ("Un autre horaire est demandé" in old_page, "Déplacer" in old_page) == (True, False)
    assert patient.get(address(booking)).status_code == 302
    sent()
    sent()
    assert (state(booking), state(new)) == ("cancelled", "booked")
    assert states(alpha) == {str(booking.pk): "cancelled", str(new.pk): "booked"}
    assert subjects() == ["Rendez-vous confirmé", "Rendez-vous déplacé"]
    assert "Ce rendez-vous a été déplacé" in page(patient, booking)
    assert "Il remplace" in page(patient, new)
    account = User.objects.get(kind="patient")
    assert set(booking.events.filter(kind="moved").values_list("by", flat=True)) == {str(account.technical_id)}


def test_refused_the_old_time_stays_and_another_can_be_asked(alpha, booking, patient) -> None:
    alpha.switches.patients = PatientFault.REFUSES
    refused = moved(patient, booking)
    sent()
    assert (state(refused), state(booking), states(alpha)) == ("refused", "booked", {str(booking.pk): "booked"})
    assert "Vous gardez" in page(patient, refused)
    alpha.switches.patients = PatientFault.NORMAL
    new = moved(patient, booking)
    sent()
    sent()
    assert (state(new), state(booking)) == ("booked", "cancelled")
    assert states(alpha) == {str(booking.pk): "cancelled", str(new.pk): "booked"}


def test_a_lost_answer_moves_it_once(alpha, booking, patient) -> None:
    alpha.switches.patients = PatientFault.LOST
    new = moved(patient, booking)
    sent()
    assert (state(new), state(booking)) == ("pending", "booked")
    alpha.switches.patients = PatientFault.NORMAL
    sent()
    sent()
    assert states(alpha) == {str(booking.pk): "cancelled", str(new.pk): "booked"}


def test_booked_by_the_news_of_the_editor_gives_the_old_time_back(alpha, booking, patient) -> None:
    """The answer stays lost; the practice moves what it kept, and says so by INT_R03 under our identifier."""
    alpha.switches.patients = PatientFault.LOST
    new = moved(patient, booking)
    sent()
    kept = next(one for one in alpha.bookings.of_patients() if one.value == str(new.pk))
    other = alpha.agenda.free(alpha.agenda.people[kept.person_id], timezone.now())[-1]
    read(counter(), f"{alpha.config.base}/patients/{kept.id}", {"action": "move", "creneau": other.id})
    until(lambda: state(new) == BookingState.BOOKED)
    assert new.start == other.start
    alpha.switches.patients = PatientFault.NORMAL
    sent()
    assert states(alpha) == {str(booking.pk): "cancelled", str(new.pk): "booked"}


def test_given_up_before_the_answer_the_old_time_stays(alpha, booking, patient) -> None:
    new = moved(patient, booking)
    patient.post(f"/patient/rendez-vous/{new.pk}/annuler")
    sent()
    assert (state(new), state(booking), states(alpha)) == ("cancelled", "booked", {str(booking.pk): "booked"})
    assert "Déplacer" in page(patient, booking)


def test_a_second_tab_finds_the_move_that_was_made(alpha, booking, patient) -> None:
    first = choose(patient, booking)
    second = choose(patient, booking, 1)
    patient.post(second)
    new = Booking.objects.get(replaces=booking)
    answer = patient.post(first)
    assert answer.status_code in {302, 409}
    assert Booking.objects.filter(replaces=booking).get() == new
    sent()
    sent()
    assert states(alpha) == {str(booking.pk): "cancelled", str(new.pk): "booked"}


def test_another_practitioner_is_no_other_time(booking, patient) -> None:
    search = searched()
    other = slots_of(search)[-1]
    Booking.objects.update(practitioner="899700001002")
    answer = patient.post(address(booking), {"creneau": other.key, "recherche": str(search.id)})
    assert answer.status_code == 409
    assert Booking.objects.count() == 1


def test_choosing_without_end_is_limited_as_searching_is(booking, patient, settings) -> None:
    settings.PATIENT_LIMITS = settings.PATIENT_LIMITS | {"search": (2, 100)}
    answers = [patient.post(address(booking), {"creneau": "x"}).status_code for _ in range(3)]
    assert answers == [409, 409, 429]


def test_a_silent_editor_is_not_an_empty_agenda(booking, patient) -> None:
    Editor.objects.update(base_url="http://127.0.0.1:9/fhir")
    empty_store()  # what it answered a moment ago would do
    text = patient.get(address(booking)).content.decode()
    assert "Le logiciel du cabinet n’a pas répondu" in text
    assert "plus d’autre place" not in text


def test_an_editor_that_takes_none_any_more_moves_none(booking, patient) -> None:
    Editor.objects.update(writes_appointments=False)
    assert "Déplacer" not in page(patient, booking)
    assert patient.get(address(booking)).status_code == 302
