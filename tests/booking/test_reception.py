"""The effector's pages: who was sent to him, whether the patient came, saying no; and only to who may see it."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from booking.models import Orientation, OrientationState
from booking.own_slots import take
from booking.reception import sent_to
from booking.undoing import undo
from sasportal.accounts import grants
from sasportal.accounts.models import Role, User
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda_pages.pages import text_of
from tests.booking import own_cast as cast
from tests.booking.cast import editor, orientation

pytestmark = pytest.mark.django_db
HOME = f"/effecteur/{cast.ANNE}/"
PATIENTS = f"{HOME}patients/"


@pytest.fixture
def camille(valkey) -> User:
    cast.anne()
    return cast.regulator()


@pytest.fixture
def doctor(camille: User) -> Client:
    """Anne herself, signed in."""
    return signed_in_by_psc(professional(cast.ANNE, Role.EFFECTOR))


def sent(user: User, **more) -> Orientation:
    row = cast.offered(capacity=3, **more)
    return take(actor=user, search=cast.search_for(user), slot_key=cast.key_of(row), token=uuid.uuid4())


def delegate(*scopes: str) -> Client:
    user = grants.professional(actor="system", identifier="899700000777")
    grants.grant(actor="system", user=user, role=Role.DELEGATE, national_id=cast.ANNE, scopes=scopes)
    return signed_in_by_psc(user)


def test_a_patient_sent_is_there_at_once(doctor: Client, camille: User) -> None:
    assert "Aucun patient à venir." in text_of(doctor.get(PATIENTS))
    sent(camille)
    for address in (PATIENTS, HOME):
        assert "12 rue des Lilas, 47000 Agen" in text_of(doctor.get(address))
    assert "1 sur 3 patients" in text_of(doctor.get(PATIENTS))


def test_what_is_not_agreed_or_was_undone_is_not_his_business(camille: User) -> None:
    alpha = editor()
    orientation(camille, alpha, practitioner=cast.ANNE)
    booked = orientation(camille, alpha, practitioner=cast.ANNE, state="booked")
    undo(actor=camille, orientation=sent(camille))
    assert list(sent_to(cast.ANNE)) == [booked]


def test_the_patient_came_or_not_and_can_be_corrected_for_a_week(doctor: Client, camille: User) -> None:
    one = sent(camille)
    address = f"{PATIENTS}{one.pk}/venue"
    doctor.post(address, {"venue": "venu"})
    one.refresh_from_db()
    assert one.state == "booked"  # it has not begun
    for days, said, state in ((0, "venu", "fulfilled"), (6, "absent", "noshow"), (8, "venu", "noshow")):
        with time_machine.travel(one.start + timedelta(days=days, minutes=5), tick=False):
            fresh = signed_in_by_psc(User.objects.get(national_id=cast.ANNE))
            fresh.post(address, {"venue": said})
        one.refresh_from_db()
        assert one.state == state
    assert list(one.events.values_list("state", flat=True)) == ["booked", "fulfilled", "noshow"]


def test_saying_no_frees_the_place_and_the_regulator_sees_who(doctor: Client, camille: User) -> None:
    one = sent(camille)
    answer = doctor.post(f"{PATIENTS}{one.pk}/refuser", follow=True)
    assert "Le régulateur est prévenu et la place est libre de nouveau." in text_of(answer)
    one.refresh_from_db()
    assert (one.state, one.cancel_reason, one.occurrence.taken) == ("cancelled", "unavailable", 0)
    seen = text_of(signed_in_by_psc(camille).get(f"/sas/orientations/{one.pk}/"))
    assert "Annulée, par le professionnel : le professionnel n’est plus disponible" in seen


def test_what_an_editor_holds_is_settled_there(doctor: Client, camille: User) -> None:
    one = orientation(camille, editor(), practitioner=cast.ANNE, state="booked", start=timezone.now())
    for order, data in (("venue", {"venue": "venu"}), ("refuser", {})):
        doctor.post(f"{PATIENTS}{one.pk}/{order}", data)
    one.refresh_from_db()
    assert one.state == OrientationState.BOOKED


def test_a_patient_sent_to_somebody_else_does_not_exist(doctor: Client, camille: User) -> None:
    one = orientation(camille, editor(), practitioner="899700009999", state="booked")
    assert doctor.post(f"{PATIENTS}{one.pk}/refuser").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "home", "patients"),
    [((), 200, 200), (("follow",), 200, 200), (("agenda",), 200, 403), (("agenda", "settings"), 200, 403)],
)
def test_a_delegate_sees_what_he_was_given(camille: User, scopes: tuple, home: int, patients: int) -> None:
    sent(camille)
    client = delegate(*scopes)
    assert (client.get(HOME, follow=True).status_code, client.get(PATIENTS).status_code) == (home, patients)
    assert ("12 rue des Lilas, 47000 Agen – agenda" in text_of(client.get(HOME))) == (patients == 200)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_asks_as_many_questions_whatever_it_holds(
    doctor: Client, camille: User, rows: int, django_assert_max_num_queries
) -> None:
    row = cast.offered(capacity=60)
    search = cast.search_for(camille)
    for _ in range(rows):
        take(actor=camille, search=search, slot_key=cast.key_of(row), token=uuid.uuid4())
    with django_assert_max_num_queries(9):
        page = doctor.get(PATIENTS)
    assert page.content.decode().count("data-orientation=") == rows
