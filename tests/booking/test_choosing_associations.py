"""Choosing a slot of an SOS Médecins association: checked again by a real worker at a real editor, then followed."""

import time

import pytest
from django.test import Client

from agenda.models import Flow
from agenda.recheck import shown_slots
from agenda.searches import Search, landed, open_search
from booking.models import Orientation
from booking.on_top import agree, party_of
from directory.found import Association
from sasportal.accounts.models import Role, User
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda.cast import register, search_arguments
from tests.agenda.editors import TestEditor, status
from tests.agenda.test_associations import association, place
from tests.agenda_pages.pages import text_of
from tests.booking import own_cast
from tests.booking.cast import AGEN
from tests.booking.test_choosing import choose, panel, refresh_of

pytestmark = pytest.mark.django_db(transaction=True)

FOUND: Association = association(
    AGEN, place("Centre", department="47"), place("Nord", department="47", phone="0199001233"),
    line="3 boulevard de la Liberté", postal_code="47000", city="Agen",
)  # fmt: skip


@pytest.fixture
def camille(live_portal) -> User:
    return professional("899700000013", Role.REGULATOR)


@pytest.fixture
def client(camille: User) -> Client:
    return signed_in_by_psc(camille)


@pytest.fixture
def sigma(camille: User):
    with TestEditor() as editor:
        register(editor.url, "Sigma", flows=[Flow.SOS])
        editor.receives_at(AGEN, "nord", "centre")
        yield editor


def opened(user: User) -> Search:
    """A search whose every editor has answered."""
    arguments = search_arguments(owner=str(user.technical_id))
    found = type(arguments["found"])(associations=(FOUND,), radius_km=30)
    search = open_search(**(arguments | {"found": found}))
    deadline = time.monotonic() + 60
    while not any(one.complete for one in landed(search)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return search


def test_a_free_slot_leads_to_the_editor_and_the_orientation_is_about_the_association(
    camille: User, client: Client, sigma: TestEditor
) -> None:
    search = opened(camille)
    slot = shown_slots(search)[0]
    response = choose(client, search, slot.key)
    assert (response.status_code, refresh_of(response)) == (200, "https://alpha.example/rdv?origin=sas")
    one = Orientation.objects.get()
    assert (one.practitioner, one.structure, one.practitioner_name) == ("", AGEN[1:], "SOS Médecins Agen")
    assert (one.place, one.phone, one.department) == (
        "Point de consultation Centre, 3 boulevard de la Liberté, 47000 Agen", "01 99 00 12 31", "47",
    )  # fmt: skip
    assert (one.start, one.verified, one.editor_name) == (slot.start, True, "Sigma")
    assert sigma.asked[-1] == [AGEN]
    assert "Réservation ouverte chez Sigma" in text_of(panel(client, slot.key))


def test_a_place_the_directory_does_not_know_is_of_the_association_s_department(
    camille: User, client: Client, sigma: TestEditor
) -> None:
    sigma.places = {AGEN: {"sud": sigma.places[AGEN]["centre"]}}
    search = opened(camille)
    choose(client, search, shown_slots(search)[0].key)
    one = Orientation.objects.get()
    assert (one.place.partition(",")[0], one.department) == ("Point de consultation Sud", "47")


def test_a_slot_gone_shows_the_next_of_the_same_place(camille: User, client: Client, sigma: TestEditor) -> None:
    search = opened(camille)
    slot = shown_slots(search)[0]
    del sigma.places[AGEN]["centre"][0]
    response = choose(client, search, slot.key)
    assert response.status_code == 409
    assert "Ce créneau vient d’être pris" in text_of(response)
    assert text_of(response).count("Point de consultation Centre") == 2
    assert text_of(response).count("Point de consultation Nord") == 1
    assert Orientation.objects.count() == 0


def test_an_editor_that_fails_leaves_the_choice(camille: User, client: Client, sigma: TestEditor) -> None:
    search = opened(camille)
    sigma.answer = status(503)
    response = choose(client, search, shown_slots(search)[0].key)
    assert (response.status_code, refresh_of(response)) == (200, "")
    assert "ou appeler la structure" in text_of(response)
    assert Orientation.objects.get().verified is False


def test_a_slot_without_a_link_is_asked_by_phone(camille: User, client: Client, sigma: TestEditor) -> None:
    sigma.slot_options = {"comment": "http://alpha.example/rdv"}
    search = opened(camille)
    response = choose(client, search, shown_slots(search)[0].key)
    assert "Ce créneau se prend par téléphone" in text_of(response)
    assert "La structure est d’accord" in text_of(response)
    assert Orientation.objects.get().booking_url == ""


def test_a_patient_on_top_is_agreed_with_the_association(camille: User, client: Client) -> None:
    search = opened(camille)
    key = f"top:{AGEN}"
    page = client.post("/sas/orientations/en-sus", {"search": search.id, "slot": key})
    assert "Noter un accord avec SOS Médecins Agen" in text_of(page)
    one = agree(
        actor=camille, search=search, party=party_of(search, key), place_key="", start=own_cast.in_two_hours(),
        token=search.id,
    )  # fmt: skip
    assert (one.structure, one.practitioner_name, one.place, one.phone) == (
        AGEN[1:], "SOS Médecins Agen", "3 boulevard de la Liberté, 47000 Agen", "01 99 00 12 30",
    )  # fmt: skip
