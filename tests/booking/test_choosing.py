"""Choosing a slot, with a real worker that asks a real fake editor again."""

import hashlib
import re
from html import unescape

import pytest
from django.test import Client

from agenda.models import Editor
from booking.models import Orientation
from sasportal.accounts.models import Role
from sasportal.audit.models import Entry
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda_pages.pages import text_of
from tests.booking.live_cast import bookable, open_for, register
from tests.booking.test_inbound_races import at_once
from tests.sandbox_editors.test_booking_pages import browser, read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(own_world, live_portal):
    started = own_world()
    register(started)
    return started


@pytest.fixture
def camille(world):
    return professional("899700000013", Role.REGULATOR)


@pytest.fixture
def client(camille) -> Client:
    return signed_in_by_psc(camille)


def choose(client: Client, search, slot_key: str):
    return client.post("/sas/orientations/choisir", {"search": search.id, "slot": slot_key})


def panel(client: Client, slot_key: str) -> str:
    return client.get("/sas/orientations/panneau", {"slot": slot_key}).content.decode()


def refresh_of(response) -> str:
    found = re.findall(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', response.content.decode())
    return unescape(found[0]) if found else ""


def take_at_the_counter(world, slot) -> None:
    """Somebody else takes the slot at the editor."""
    identifier = slot.booking_url.rsplit("/", 1)[1]
    base = world.url("alpha")
    assert read(browser(), f"{base}/praticiens/899700001001/bloquer", {"creneau": identifier})[0] == 200


def test_a_free_slot_opens_an_orientation_and_leads_to_the_editor(world, camille, client) -> None:
    search = open_for(camille)
    slot = bookable(search)[0]
    response = choose(client, search, slot.key)
    assert (response.status_code, refresh_of(response)) == (200, f"{slot.booking_url}?origin=sas")
    assert "Ouverture chez Alpha Agenda" in text_of(response)
    one = Orientation.objects.get()
    assert (one.regulator, one.state, one.editor_name, one.verified) == (camille, "opened", "Alpha Agenda", True)
    assert (one.practitioner, one.start, one.phone) == ("899700001001", slot.start, "01 99 00 12 34")
    assert one.place == "1 rue de la Mesure, 47000 Agen"
    assert [(e.state, e.by) for e in one.events.all()] == [("opened", str(camille.technical_id))]
    entry = Entry.objects.get(action="editor.redirect")
    assert (entry.actor, entry.target) == (str(camille.technical_id), f"orientation:{one.pk}")
    shown = panel(client, slot.key)
    assert "Réservation ouverte chez Alpha Agenda" in text_of(shown)
    assert ("data-final" in shown, panel(client, slot.key)) == (False, shown)


def test_choosing_twice_opens_one_orientation(world, camille, client) -> None:
    search = open_for(camille)
    slot = bookable(search)[0]
    answers = at_once(8, lambda _: choose(signed_in_by_psc(camille), search, slot.key))
    assert [refresh_of(answer) for answer in answers] == [f"{slot.booking_url}?origin=sas"] * 8
    one = Orientation.objects.get()
    assert list(one.events.values_list("state", flat=True)) == ["opened"]
    assert Entry.objects.filter(action="editor.redirect").count() == 8


def test_a_slot_gone_in_between_says_so_and_shows_the_next_three(world, camille, client) -> None:
    search = open_for(camille)
    slot, *others = bookable(search)
    take_at_the_counter(world, slot)
    response = choose(client, search, slot.key)
    assert (response.status_code, refresh_of(response)) == (409, "")
    assert "Ce créneau vient d’être pris" in text_of(response)
    keys = re.findall(r'name="slot"\s+value="([^"]+)"', response.content.decode())
    assert len(keys) == 3
    assert slot.key not in keys
    assert Orientation.objects.count() == 0
    shown = panel(client, slot.key)
    assert ("Ce créneau vient d’être pris" in text_of(shown), "data-final" in shown) == (True, True)
    assert choose(client, search, keys[0]).status_code == 200
    assert Orientation.objects.get().slot_key == keys[0]


def test_an_editor_that_does_not_answer_in_time_leaves_the_choice(world, camille, client) -> None:
    search = open_for(camille)
    slot = bookable(search)[0]
    read(browser(), f"{world.url('alpha')}/interrupteurs", {"panne": "muet"})
    response = choose(client, search, slot.key)
    assert (response.status_code, refresh_of(response)) == (200, "")
    assert "Ce créneau n’a pas pu être vérifié" in text_of(response)
    assert f'href="{slot.booking_url}?origin=sas"' in response.content.decode()
    assert Orientation.objects.get().verified is False
    assert "n’a pas répondu à la vérification" in text_of(panel(client, slot.key))


def test_one_already_confirmed_is_not_opened_again(world, camille, client) -> None:
    search = open_for(camille)
    slot = bookable(search)[0]
    choose(client, search, slot.key)
    Orientation.objects.update(state="booked")
    response = choose(client, search, slot.key)
    assert "Vous avez déjà réservé ce créneau" in text_of(response)
    assert (Orientation.objects.count(), refresh_of(response)) == (1, "")


def test_without_return_it_is_checked_and_opened_again(world, camille, client) -> None:
    search = open_for(camille)
    slot = bookable(search)[0]
    choose(client, search, slot.key)
    before = Orientation.objects.get().opened_at
    Orientation.objects.update(opened_at="2026-01-01T00:00:00Z")
    assert refresh_of(choose(client, search, slot.key)) == f"{slot.booking_url}?origin=sas"
    one = Orientation.objects.get()
    assert one.opened_at > before
    assert list(one.events.values_list("state", flat=True)) == ["opened", "opened"]


def test_one_given_up_can_be_chosen_again(world, camille, client) -> None:
    search = open_for(camille)
    slot = bookable(search)[0]
    choose(client, search, slot.key)
    Orientation.objects.update(state="cancelled")
    choose(client, search, slot.key)
    assert sorted(Orientation.objects.values_list("state", flat=True)) == ["cancelled", "opened"]
    assert "Réservation ouverte" in text_of(panel(client, slot.key))


def test_a_slot_nobody_was_shown_opens_nothing(world, camille, client) -> None:
    search = open_for(camille)
    response = choose(client, search, "inconnu")
    assert (response.status_code, Orientation.objects.count()) == (410, 0)
    assert "data-final" in panel(client, "inconnu")


def test_the_search_of_a_colleague_is_not_found(world, camille, client) -> None:
    search = open_for(professional("899700000021", Role.REGULATOR))
    assert choose(client, search, bookable(search)[0].key).status_code == 404
    assert Orientation.objects.count() == 0


def test_from_choice_to_confirmation(world, camille, client, live_portal) -> None:
    """The whole way: chosen, booked at the editor under the same Pro Santé Connect session, sent back, seen."""
    editor = world.editors["alpha"]
    Editor.objects.update(inbound_secret_sha256=hashlib.sha256(b"inbound-alpha").hexdigest())
    search = open_for(camille)
    slot = bookable(search)[0]
    url = refresh_of(choose(client, search, slot.key))
    opener = browser()
    assert "Camille RÉGULIER" in read(opener, url)[2]
    assert read(opener, url, {"origin": "sas"})[0] == 200
    (told,) = world.platform.wait_for(1)
    answer = client.post(
        "/fhir/Appointment", told["resource"], content_type="application/fhir+json",
        headers={"X-SAS-Editor-Secret": editor.config.inbound_secret},
    )  # fmt: skip
    assert answer.status_code == 201
    shown = panel(client, slot.key)
    assert ("Rendez-vous confirmé" in text_of(shown), "data-final" in shown) == (True, True)
    assert Orientation.objects.get().appointment.value == told["resource"]["identifier"][0]["value"]
