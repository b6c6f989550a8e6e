"""An appointment asked of an editor over HTTP: taken, refused, asked again without doubling, changed over there."""

import hashlib

import pytest
from celery import current_app
from django.utils import timezone

from agenda.models import Editor, EditorCall
from booking.models import Appointment
from booking.patients.asked import CHANNEL
from booking.patients.models import Booking, BookingEvent, BookingState, Draft
from booking.patients.writing import PATIENCE
from sasportal.outbox.models import Delivery
from sasportal.sandbox.editors.patient_faults import PatientFault
from tests.booking.live_cast import ANNE, register
from tests.editor_accounts.rude import RudeEditor, body, hang, hang_up, says, status
from tests.patient_booking import cast
from tests.patient_booking.at_editors import (
    ZOE,
    asked,
    held,
    page,
    searched,
    sent,
    slots_of,
    start,
    state,
    subjects,
    the_one,
    until,
)
from tests.sandbox_editors.test_booking_pages import browser as counter
from tests.sandbox_editors.test_booking_pages import read

pytestmark = pytest.mark.django_db(transaction=True)


def test_asked_then_taken(alpha, editor, patient) -> None:
    booking = asked(patient)
    assert (booking.state, booking.editor, booking.practitioner) == (BookingState.PENDING, editor, ANNE)
    assert Delivery.objects.get(channel=CHANNEL).payload == {"booking": str(booking.pk)}
    waiting = page(patient, booking)
    assert "Demandé" in waiting
    assert "Actualiser" in waiting
    sent()
    assert held(alpha) == [(str(booking.pk), "booked", ZOE)]
    assert state(booking) == BookingState.BOOKED
    taken = page(patient, booking)
    assert "Confirmé" in taken
    assert "Actualiser" not in taken
    sent()
    assert subjects() == ["Rendez-vous confirmé"]
    assert len(held(alpha)) == 1
    kinds = BookingEvent.objects.order_by("pk").values_list("kind", "by")
    assert list(kinds)[1:] == [("booked", f"editor:{editor.pk}")]
    _, _, text = read(counter(), f"{alpha.config.base}/patients")
    assert "Zoé CANARI" in text
    assert "toux" not in text


def test_the_place_is_kept_for_one_visitor_and_said_so(editor, patient) -> None:
    search = searched()
    slot = slots_of(search)[0]
    first = start(patient, search, slot).headers["Location"]
    text = patient.get(first).content.decode()
    assert "le cabinet peut la donner de son côté" in text
    assert "sur ce site" in text
    other = start(cast.browser(name="two"), searched("two"), slot)
    assert other.status_code == 409
    assert "vient d’être prise" in other.content.decode()
    Draft.objects.update(held_until=timezone.now())
    assert start(cast.browser(name="three"), searched("three"), slot).status_code == 302


def test_an_editor_that_does_not_take_them_is_left_to(world, patient) -> None:
    register(world)
    search = searched()
    answer = start(patient, search, slots_of(search)[0])
    assert (answer.status_code, Draft.objects.count()) == (200, 0)
    assert "Vous allez quitter ce site" in answer.content.decode()


@pytest.mark.parametrize("taken", [True, False])
def test_refused_is_told_at_once_with_alternatives(alpha, editor, patient, taken) -> None:
    booking = asked(patient)
    if taken:
        person = alpha.agenda.people[next(pk for pk, one in alpha.agenda.people.items() if one.national_id == ANNE)]
        opening = next(one for one in alpha.agenda.free(person, timezone.now()) if one.start == booking.start)
        alpha.bookings.block(opening.id)
    else:
        alpha.switches.patients = PatientFault.REFUSES
    sent()
    assert state(booking) == BookingState.REFUSED
    assert held(alpha) == []
    text = page(patient, booking)
    assert "Le cabinet n’a pas pris ce rendez-vous" in text
    assert "Les prochaines places" in text
    assert f"recherche={booking.search}&amp;creneau=" in text
    sent()
    assert subjects() == ["Rendez-vous refusé"]
    search = searched("two")
    other = next((one for one in slots_of(search) if one.key == booking.slot_key), None)
    if not taken:  # the place is free again for others
        assert other
        assert start(cast.browser(name="two"), search, other).status_code == 302


def test_a_lost_answer_is_asked_again_and_booked_once(alpha, editor, patient) -> None:
    booking = asked(patient)
    alpha.switches.patients = PatientFault.LOST
    sent()
    assert state(booking) == BookingState.PENDING
    assert len(held(alpha)) == 1
    assert "Demandé" in page(patient, booking)
    alpha.switches.patients = PatientFault.NORMAL
    sent()
    assert state(booking) == BookingState.BOOKED
    assert held(alpha) == [(str(booking.pk), "booked", ZOE)]


def test_a_worker_killed_while_it_asks_asks_again_by_the_identifier(editor, patient, live_processes) -> None:
    with RudeEditor() as rude:
        rude.answers = [hang]
        booking = asked(patient)
        Editor.objects.update(base_url=rude.url)
        live_processes.start_worker(queues="deliveries")
        current_app.send_task("sasportal.outbox.tasks.relay", retry=False)
        until(lambda: rude.methods == ["POST"])
        live_processes.kill("worker")
        sent()
        assert (state(booking), rude.methods) == (BookingState.PENDING, ["POST"])  # its lease is respected
        Booking.objects.update(writing_until=timezone.now())
        sent()
        Editor.objects.update(base_url="http://127.0.0.1:9/fhir")
    assert (state(booking), rude.methods) == (BookingState.BOOKED, ["POST", "PUT"])


def test_asked_once_then_only_by_its_identifier_with_no_more_than_a_practice_needs(editor, patient) -> None:
    booking = asked(patient)
    with RudeEditor() as rude:
        Editor.objects.update(base_url=rude.url)
        rude.answers = [hang_up, status(503), status(202), status(200)]
        for _ in rude.answers.copy():
            assert state(booking) == BookingState.PENDING
            sent()
        Editor.objects.update(base_url="http://127.0.0.1:9/fhir")
    assert state(booking) == BookingState.BOOKED
    assert rude.methods == ["POST", "PUT", "PUT", "PUT"]
    system = "http://127.0.0.1:8000/fhir/Appointment"
    assert [at for _, at, _ in rude.seen] == ["", *[f"{system}|{booking.pk}"] * 3]
    _, _, resource = rude.seen[0]
    assert all(one == resource for _, _, one in rude.seen)
    assert set(resource) == {
        "resourceType", "contained", "identifier", "status", "start", "end", "created", "participant"
    }  # fmt: skip
    assert resource["identifier"] == [{"system": system, "value": str(booking.pk)}]
    assert resource["contained"] == [
        {"resourceType": "Patient", "id": "patient", "name": [{"family": "CANARI", "given": ["Zoé"]}],
         "birthDate": "1986-05-04", "telecom": [{"system": "phone", "value": "06 39 98 00 01"}]}
    ]  # fmt: skip
    assert subjects() == ["Rendez-vous demandé", "Rendez-vous confirmé"]


def test_what_an_editor_says_of_the_patient_is_kept_nowhere(editor, patient, caplog) -> None:
    booking = asked(patient)
    caplog.set_level("DEBUG")
    with RudeEditor() as rude:
        Editor.objects.update(base_url=rude.url)
        said = "Zoé CANARI, née le 04/05/1986, refusée"
        rude.answers = [says(503, said), body(400, said.encode(), **{said.encode().hex(): "1"}), says(409, said)]
        for _ in rude.answers.copy():
            sent()
        Editor.objects.update(base_url="http://127.0.0.1:9/fhir")
    assert state(booking) == BookingState.REFUSED
    kept = [*Delivery.objects.values_list("last_error", flat=True), caplog.text, *map(str, EditorCall.objects.values())]
    assert not [word for word in ("CANARI", "Zoé", "04/05/1986") if word in " ".join(kept)]


def test_what_never_left_is_asked_anew(editor, patient) -> None:
    booking = asked(patient)
    there = editor.base_url
    Editor.objects.update(base_url="http://127.0.0.1:9/fhir")
    sent()
    assert state(booking) == BookingState.PENDING
    assert booking.asked_at is None
    Editor.objects.update(base_url=there)
    sent()
    assert state(booking) == BookingState.BOOKED


def test_an_editor_in_trouble_is_given_up_in_time_and_told_so(alpha, editor, patient) -> None:
    booking = asked(patient)
    alpha.switches.patients = PatientFault.LOST
    sent()
    Booking.objects.update(booked_at=timezone.now() - PATIENCE)
    alpha.switches.patients = PatientFault.ERROR
    sent()
    assert state(booking) == BookingState.REFUSED
    assert [one[1] for one in held(alpha)] == ["booked"]
    assert "n’a pas encore pu être prévenu" in page(patient, booking)
    alpha.switches.patients = PatientFault.NORMAL
    sent()
    assert [one[1] for one in held(alpha)] == ["cancelled"]


def test_refused_after_a_lost_answer_is_freed_there_too(alpha, editor, patient) -> None:
    booking = asked(patient)
    alpha.switches.patients = PatientFault.LOST
    sent()
    alpha.switches.patients = PatientFault.REFUSES
    sent()
    assert state(booking) == BookingState.REFUSED
    assert [one[1] for one in held(alpha)] == ["cancelled"]


def test_cancelled_here_is_cancelled_there(alpha, editor, patient) -> None:
    booking = asked(patient)
    sent()
    answer = patient.post(f"/patient/rendez-vous/{booking.pk}/annuler", follow=True).content.decode()
    assert "Votre rendez-vous est annulé." in answer
    assert "Reprendre ce rendez-vous" not in answer
    sent()
    assert [one[1] for one in held(alpha)] == ["cancelled"]
    assert subjects() == ["Rendez-vous confirmé", "Rendez-vous annulé"]


def test_cancelled_before_it_was_sent_is_never_asked(alpha, editor, patient) -> None:
    booking = asked(patient)
    patient.post(f"/patient/rendez-vous/{booking.pk}/annuler")
    sent()
    assert (state(booking), held(alpha)) == (BookingState.CANCELLED, [])


def test_cancelled_at_the_editor_is_told_to_the_patient(alpha, editor, patient) -> None:
    booking = asked(patient)
    sent()
    form = {"action": "cancelled"}
    assert read(counter(), f"{alpha.config.base}/patients/{the_one(alpha).id}", form)[0] == 200
    until(lambda: state(booking) == BookingState.CANCELLED)
    sent()
    assert subjects() == ["Rendez-vous confirmé", "Rendez-vous annulé"]
    assert "le cabinet de" in page(patient, booking)
    assert Appointment.objects.count() == 0


def test_moved_at_the_editor_is_told_to_the_patient(alpha, editor, patient) -> None:
    booking = asked(patient)
    sent()
    one = the_one(alpha)
    other = alpha.agenda.free(alpha.agenda.people[one.person_id], timezone.now())[-1]
    form = {"action": "move", "creneau": other.id}
    assert read(counter(), f"{alpha.config.base}/patients/{one.id}", form)[0] == 200
    until(lambda: not the_one(alpha).pending)
    assert state(booking) == BookingState.BOOKED
    assert (booking.start, booking.end) == (other.start, other.end)
    sent()
    assert subjects() == ["Rendez-vous confirmé", "Nouvel horaire de votre rendez-vous"]


def test_told_twice_is_one_booking(alpha, editor, patient) -> None:
    booking = asked(patient)
    alpha.switches.patients = PatientFault.TWICE
    sent()
    until(lambda: not the_one(alpha).pending)
    sent()
    assert (state(booking), the_one(alpha).refusal) == (BookingState.BOOKED, "")
    assert subjects() == ["Rendez-vous confirmé"]


def test_another_editor_may_not_tell_of_it(alpha, editor, patient) -> None:
    booking = asked(patient)
    sent()
    Editor.objects.filter(pk=editor.pk).update(inbound_secret_sha256="")
    stranger = hashlib.sha256(b"inbound-alpha").hexdigest()
    Editor.objects.create(name="Autre", base_url="http://127.0.0.1:9/fhir", inbound_secret_sha256=stranger)
    read(counter(), f"{alpha.config.base}/patients/{the_one(alpha).id}", {"action": "cancelled"})
    until(lambda: bool(the_one(alpha).refusal))
    assert "HTTP 422" in the_one(alpha).refusal
    assert state(booking) == BookingState.BOOKED
