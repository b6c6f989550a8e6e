"""Cards of SOS Médecins associations on the page, in the stream, in the API and in the command."""

import asyncio
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import AsyncClient, Client
from django.urls import reverse

from agenda import jobs
from agenda.loops import stop_editor_loop
from agenda.models import Flow
from sasportal.accounts.models import Role
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, status
from tests.agenda_pages.pages import SEARCH, cards_of, search_of, text_of
from tests.agenda_pages.territory import CPTS, community, practitioners, sos_association
from tests.agenda_pages.test_slots_on_the_page import again, events_of, started

pytestmark = pytest.mark.django_db(transaction=True)

SIRET = "99700000100011"
SOS = f"3{SIRET}"


@pytest.fixture
def client(client_of_regulator: Client) -> Client:
    return client_of_regulator


@pytest.fixture
def sos() -> Iterator[TestEditor]:
    """An editor that speaks the SOS flow alone; the association has two places."""
    with TestEditor() as editor:
        register(editor.url, "Sigma", flows=[Flow.SOS])
        sos_association()
        yield editor
    stop_editor_loop()


def test_one_card_for_each_place_that_has_slots(client: Client, sos: TestEditor) -> None:
    practitioners(range(1, 3))
    sos.receives_at(SOS, "centre", "sud", slots=5).slot_options = {"types": ["SNP"]}
    opened = client.get("/sas/recherche", SEARCH)
    assert cards_of(opened) == [SOS, rpps(1), rpps(2)]
    assert "2 professionnels, 1 association SOS Médecins à moins de" in text_of(opened)
    assert "SOS Médecins Agen 2 lieux de consultation 0,9 km 01 99 00 12 30" in text_of(opened)
    assert "Réponse attendue : Sigma." in text_of(opened)
    jobs.run(search_of(opened))
    words = text_of(again(client, search_of(opened)))
    assert "Point de consultation Centre 3 boulevard de la Liberté, 47000 Agen 0,9 km 01 99 00 12 31" in words
    assert "Point de consultation Sud" in words
    assert "(lieu indiqué par Sigma, absent de l’annuaire)" in words
    assert "Aucun créneau : Point de consultation Nord." in words
    assert words.count("SNP") >= 6
    assert "1 a des créneaux" in words


def test_every_slot_says_aloud_where_it_is(client: Client, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=1)
    opened = client.get("/sas/recherche", SEARCH | {"quoi": "SOS médecins"})
    jobs.run(search_of(opened))
    page = again(client, search_of(opened)).content.decode()
    assert "avec SOS Médecins Agen, Point de consultation Centre, Agen" in page
    assert 'name="slot" value="' in page


def test_a_silence_is_never_a_no_and_can_be_asked_again(client: Client, sos: TestEditor) -> None:
    sos.answer = status(503)
    opened = client.get("/sas/recherche", SEARCH)
    jobs.run(search_of(opened))
    words = text_of(again(client, search_of(opened)))
    assert "Créneaux inconnus : Sigma n’a pas répondu correctement. Appeler le 01 99 00 12 30" in words
    assert "Sigma est surchargé. Réessayer Sigma" in words


def test_an_answer_without_slots_says_so(client: Client, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=0)
    opened = client.get("/sas/recherche", SEARCH)
    jobs.run(search_of(opened))
    page = again(client, search_of(opened))
    assert "A répondu : aucun créneau sur ces trois jours." in text_of(page)
    assert cards_of(again(client, search_of(opened), seulement="creneaux")) == []


@pytest.mark.parametrize("filters", [{"secteur": "1"}, {"cpts": CPTS}])
def test_filters_an_association_cannot_meet_leave_it_out(
    client: Client, sos: TestEditor, filters: dict[str, str]
) -> None:
    community()
    practitioners(range(1, 3), via="cpts")
    assert SOS not in cards_of(client.get("/sas/recherche", SEARCH | filters))


def test_the_filter_on_types_says_what_it_left_out(client: Client, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=2).slot_options = {"types": ["PUBLIC"]}
    opened = client.get("/sas/recherche", SEARCH | {"type": "SNP"})
    jobs.run(search_of(opened))
    assert "Aucun créneau avec vos filtres (2 écartés)." in text_of(again(client, search_of(opened)))


def test_why_a_slot_of_an_association_is_not_shown(sos: TestEditor, client: Client) -> None:
    sos.receives_at(SOS, "centre", slots=2).slot_options = {"types": ["PUBLIC"]}
    admin = signed_in_by_psc(professional("899700000099", Role.ADMIN))
    page = admin.get("/sas/recherche", SEARCH | {"type": "SNP"})
    jobs.run(search_of(page))
    why = f"/sas/recherche/{search_of(page)}/pourquoi/{SOS}"
    assert f'href="{why}"' in page.content.decode()
    words = text_of(admin.get(why))
    assert words.count("Ce créneau n’est pas du type choisi.") == 2
    assert "Point de consultation Centre, Agen" in words
    assert admin.get(f"/sas/recherche/{search_of(page)}/pourquoi/3{SIRET[:-1]}9").status_code == 404


def test_the_stream_fills_an_association_in(async_client_of_regulator: AsyncClient, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=1)
    found = asyncio.run(started(async_client_of_regulator))
    jobs.run(found)
    events = asyncio.run(events_of(async_client_of_regulator, f"/sas/recherche/{found}/flux?cartes=1"))
    data: dict[str, Any] = events[0]["data"]
    assert list(data["cards"]) == [SOS]
    assert "Point de consultation Centre" in text_of(data["cards"][SOS])
    assert data["announcement"].endswith("1\xa0association SOS Médecins a des créneaux.")


def test_polling_fills_it_in_too(client: Client, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=1)
    found = search_of(client.get("/sas/recherche", SEARCH))
    jobs.run(found)
    update = client.get(f"/sas/recherche/{found}/fiches?cartes=20&apres=0-0").json()
    assert "Point de consultation Centre" in text_of(update["cards"][SOS])


def test_the_api_tells_them_with_their_places(client: Client, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=2)
    asked = {"what": "médecin généraliste", "where": "47000 Agen"}
    opened = client.post(reverse("api:searches"), json.dumps(asked), content_type="application/json").json()
    assert [(one["siret"], one["state"], one["places"]) for one in opened["associations"]] == [(SIRET, "waiting", [])]
    jobs.run(UUID(opened["id"]))
    [one] = client.get(reverse("api:search", args=[opened["id"]])).json()["associations"]
    [place] = one["places"]
    assert (one["name"], one["phone"], one["state"], one["hidden"]) == ("SOS Médecins Agen", "0199001230", "slots", [])
    assert (place["name"], place["distance_km"], place["phone"], len(place["slots"])) == (
        "Point de consultation Centre", 0.944, "01 99 00 12 31", 2,
    )  # fmt: skip
    assert place["opening_hours"][0] == {"day": "mon", "opens": "18:00", "closes": "23:30"}


def test_the_command_tells_them_too(valkey, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=1)
    out = StringIO()
    call_command("search", "SOS médecins", "--near", "47000 Agen", stdout=out)
    assert "SOS Médecins Agen – créneaux disponibles\n  Point de consultation Centre, Agen\n" in out.getvalue()


def test_a_place_overseas_names_its_clock(client: Client, sos: TestEditor) -> None:
    sos.receives_at(SOS, "centre", slots=1)
    sos.location_options = {"address": {"line": ["1 rue de Paris"], "city": "Saint-Denis", "postalCode": "97400"}}
    opened = client.get("/sas/recherche", SEARCH)
    jobs.run(search_of(opened))
    assert "Heures de La Réunion (UTC+4)" in text_of(again(client, search_of(opened)))
