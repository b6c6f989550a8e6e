"""Slots of real editors on the page, in the stream and through polling; the job is run here, without a worker."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import AsyncClient, Client
from django.utils import timezone

from agenda import jobs
from agenda.loops import stop_editor_loop
from directory.models import Activity
from sasportal.accounts.models import Role
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda.answers import community as community_resources
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, as_fhir, asked_ids, status
from tests.agenda_pages.pages import SEARCH, cards_of, hrefs_of, refresh_of, search_of, states_of, text_of
from tests.agenda_pages.territory import CPTS, community, practitioners

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(client_of_regulator: Client) -> Client:
    return client_of_regulator


@pytest.fixture
def alpha() -> Iterator[TestEditor]:
    with TestEditor() as editor:
        yield editor
    stop_editor_loop()


def again(client: Client, search_id: UUID, **query: str):
    return client.get("/sas/recherche", {"recherche": str(search_id)} | query)


def tomorrow():
    return timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)


async def events_of(client: AsyncClient, address: str, **headers: str) -> list[dict[str, Any]]:
    response = await client.get(address, headers=headers)
    assert response.status_code == 200
    written = b"".join([part async for part in response.streaming_content]).decode()
    return [event(block) for block in written.split("\n\n") if block.startswith("id:")]


def event(block: str) -> dict[str, Any]:
    fields = dict(line.split(": ", 1) for line in block.splitlines())
    return fields | {"data": json.loads(fields["data"])}


def test_three_honest_states_and_no_silence_taken_for_a_no(client: Client, alpha: TestEditor) -> None:
    practitioners(range(1, 6))
    alpha.knows(rpps(1), rpps(2), first=tomorrow())
    register(alpha.url)
    opened = client.get("/sas/recherche", SEARCH)
    assert (states_of(opened), bool(refresh_of(opened))) == (["waiting"] * 5, True)
    assert text_of(opened).count("Réponse attendue : Alpha.") == 5
    jobs.run(search_of(opened))
    done = again(client, search_of(opened))
    states = dict(zip(cards_of(done), states_of(done), strict=True))
    assert states == {rpps(1): "slots", rpps(2): "slots", rpps(3): "none", rpps(4): "none", rpps(5): "none"}
    assert text_of(done).count("A répondu : aucun créneau sur ces trois jours.") == 3
    assert refresh_of(done) == ""
    assert "1 éditeur sur 1 a répondu." in text_of(done)


def test_an_editor_that_fails_is_named_and_its_practitioners_unknown(client: Client, alpha: TestEditor) -> None:
    practitioners(range(1, 6))
    alpha.answer = status(503)
    register(alpha.url)
    opened = client.get("/sas/recherche", SEARCH)
    jobs.run(search_of(opened))
    done = again(client, search_of(opened))
    assert states_of(done) == ["unknown"] * 5
    assert text_of(done).count("Créneaux inconnus : Alpha n’a pas répondu correctement. Appeler le 01 99 00 12 34") == 5
    assert "aucun créneau" not in text_of(done)
    assert "Alpha est surchargé. Réessayer Alpha" in text_of(done)


def test_a_failed_editor_can_be_asked_again(client: Client, alpha: TestEditor) -> None:
    practitioners(range(1, 6))
    editor = register(alpha.url)
    alpha.answer = status(500)
    found = search_of(client.get("/sas/recherche", SEARCH))
    jobs.run(found)
    alpha.knows(rpps(1), first=tomorrow())
    alpha.answer = alpha.honest
    answer = client.post(f"/sas/recherche/{found}/reessayer", {"editeur": str(editor.pk)})
    assert answer.headers["Location"] == f"/sas/recherche?recherche={found}"
    assert set(states_of(client.get(answer.headers["Location"]))) == {"waiting"}
    jobs.run(found, round_number=1, editor_id=editor.pk)
    states = dict(zip(cards_of(again(client, found)), states_of(again(client, found)), strict=True))
    assert [states[rpps(number)] for number in range(1, 6)] == ["slots", "none", "none", "none", "none"]


@pytest.mark.parametrize("editeur", ["", "abc", "0", "99999"])
def test_only_an_editor_of_this_search_can_be_asked_again(client: Client, editeur: str) -> None:
    found = search_of(client.get("/sas/recherche", SEARCH))
    assert client.post(f"/sas/recherche/{found}/reessayer", {"editeur": editeur}).status_code == 404


@time_machine.travel("2026-06-15T08:00:00+02:00", tick=True)
def test_a_slot_says_everything_in_its_name_and_books_by_its_button(alpha: TestEditor, valkey) -> None:
    practitioners([1], via="cpts")
    community()
    alpha.slot_options = {"types": ["CPTS", "SNP"], "cpts": [CPTS]}
    alpha.answer = with_resources(alpha, community_resources(CPTS, name="CPTS Axe Majeur"))
    alpha.knows(rpps(1), slots=1, first=tomorrow())
    register(alpha.url, flows=["R01", "R04"])
    client = signed_in_by_psc(professional("899700000013", Role.REGULATOR))
    found = search_of(client.get("/sas/recherche", SEARCH))
    jobs.run(found)
    (button,) = re.findall(r"<button[^>]*data-sas-slot>", again(client, found).content.decode())
    assert re.findall(r'aria-label="([^"]*)"', button) == [
        "Réserver mardi 16 juin à 11\xa0h\xa000, au cabinet, soins non programmés, créneau de la CPTS Axe Majeur, "
        "heure à vérifier, avec le docteur Anne TENUE001, Agen"
    ]
    hooks = [re.findall(f'{name}="([^"]*)"', button)[0] for name in ("form", "name", "type")]
    assert hooks == ["choose", "slot", "submit"]


def test_a_slot_at_another_place_says_where_and_who_says_so(client: Client, alpha: TestEditor) -> None:
    practitioners([1])
    Activity.objects.update(line="1 place du Pin")
    alpha.knows(rpps(1), slots=1, first=tomorrow())
    register(alpha.url)
    found = search_of(client.get("/sas/recherche", SEARCH))
    jobs.run(found)
    page = again(client, found)
    assert "Autre lieu : 12 rue des Lilas, 47000 Agen (lieu indiqué par Alpha, absent de l’annuaire)" in text_of(page)
    assert "avec le docteur Anne TENUE001, 12 rue des Lilas, 47000 Agen" in page.content.decode()


def with_resources(editor: TestEditor, more: list[dict]):
    async def answer(request):
        body = editor.resources(asked_ids(request))
        body["entry"] += [{"resource": one} for one in more]
        return as_fhir(body)

    return answer


def test_only_those_with_slots_and_earliest_first(client: Client, alpha: TestEditor) -> None:
    practitioners(range(1, 6))
    alpha.knows(rpps(2), slots=1, first=tomorrow() + timedelta(hours=3))
    alpha.knows(rpps(4), slots=1, first=tomorrow())
    register(alpha.url)
    found = search_of(client.get("/sas/recherche", SEARCH))
    jobs.run(found)
    page = again(client, found)
    order = cards_of(page)
    (only,) = hrefs_of(page, "Ne montrer que ceux qui ont des créneaux ( 2 )")
    assert cards_of(client.get(only)) == [one for one in order if one in {rpps(2), rpps(4)}]
    (earliest,) = hrefs_of(page, "Trier par premier créneau")
    assert cards_of(client.get(earliest))[:2] == [rpps(4), rpps(2)]
    assert sorted(cards_of(client.get(earliest))) == sorted(order)


def test_polling_tells_what_a_page_has_to_replace(client: Client, alpha: TestEditor) -> None:
    practitioners(range(1, 6))
    alpha.knows(rpps(1), first=tomorrow())
    register(alpha.url)
    found = search_of(client.get("/sas/recherche", SEARCH))
    waiting = client.get(f"/sas/recherche/{found}/fiches").json()
    assert (waiting["done"], waiting["withSlotsCount"], len(waiting["cards"])) == (False, 0, 5)
    jobs.run(found)
    done = client.get(f"/sas/recherche/{found}/fiches").json()
    assert (done["done"], done["withSlotsCount"], done["cards"][rpps(1)].count("data-sas-slot>")) == (True, 1, 3)
    assert done["announcement"] == "1\xa0éditeur sur 1 a répondu. 1\xa0professionnel a des créneaux."


async def started(client: AsyncClient) -> UUID:
    return search_of(await client.get("/sas/recherche", SEARCH))


@pytest.fixture
def asked(async_client_of_regulator: AsyncClient, alpha: TestEditor) -> UUID:
    """A search whose single editor answered."""
    practitioners(range(1, 31))
    alpha.knows(*map(rpps, range(1, 31)), slots=2, first=tomorrow())
    register(alpha.url)
    found = asyncio.run(started(async_client_of_regulator))
    jobs.run(found)
    return found


def test_the_stream_carries_every_card_shown_then_ends(asked: UUID, async_client_of_regulator: AsyncClient) -> None:
    events = asyncio.run(events_of(async_client_of_regulator, f"/sas/recherche/{asked}/flux"))
    assert [one["event"] for one in events] == ["message", "done"]
    data = events[0]["data"]
    assert (len(data["cards"]), data["withSlotsCount"], data["done"]) == (25, 30, True)
    assert data["last"] == events[-1]["id"]


def test_the_stream_resumes_after_the_last_event_seen(asked: UUID, async_client_of_regulator: AsyncClient) -> None:
    address = f"/sas/recherche/{asked}/flux"
    client = async_client_of_regulator
    last = asyncio.run(events_of(client, address))[-1]["id"]
    resumed = asyncio.run(events_of(client, address, **{"Last-Event-ID": last}))
    assert [(one["event"], one["data"]) for one in resumed] == [("done", {})]
    by_address = asyncio.run(events_of(client, f"{address}?apres={last}"))
    assert by_address == resumed
    nonsense = asyncio.run(events_of(client, address, **{"Last-Event-ID": "x'; DROP"}))
    assert [one["event"] for one in nonsense] == ["message", "done"]


def test_the_stream_tells_proxies_and_browsers_to_keep_nothing(
    asked: UUID, async_client_of_regulator: AsyncClient
) -> None:
    async def headers() -> tuple[str, ...]:
        response = await async_client_of_regulator.get(f"/sas/recherche/{asked}/flux")
        first = [part async for part in response.streaming_content][0]
        names = ("Content-Type", "Cache-Control", "X-Accel-Buffering")
        return (*(response.headers[name] for name in names), first.decode())

    assert asyncio.run(headers()) == ("text/event-stream", "no-cache", "no", "retry: 1000\n\n")


def test_the_search_of_somebody_else_is_closed_to_everybody(asked: UUID) -> None:
    stranger = signed_in_by_psc(professional("899700000014", Role.REGULATOR))
    admin = signed_in_by_psc(professional("899700000015", Role.ADMIN))
    for address in ("flux", "fiches", f"pourquoi/{rpps(1)}"):
        assert admin.get(f"/sas/recherche/{asked}/{address}").status_code == 403, address
    assert stranger.get(f"/sas/recherche/{asked}/fiches").status_code == 403
    assert stranger.post(f"/sas/recherche/{asked}/reessayer", {"editeur": "1"}).status_code == 403


def test_an_admin_sees_every_slot_received_and_the_rule_that_hid_it(alpha: TestEditor, valkey) -> None:
    practitioners([1])
    alpha.slot_options = {"types": ["CPTS"]}
    alpha.knows(rpps(1), slots=2, first=tomorrow())
    register(alpha.url)
    admin = signed_in_by_psc(professional("899700000015", Role.ADMIN))
    found = search_of(admin.get("/sas/recherche", SEARCH))
    jobs.run(found)
    page = again(admin, found)
    (why,) = hrefs_of(page, "Pourquoi ce créneau n’apparaît-il pas ?")
    words = text_of(admin.get(why))
    assert words.count("L’éditeur n’a pas dit avec quelle CPTS ce créneau est partagé.") == 2
    assert "Alpha a répondu." in words
    assert "data-sas-slot>" not in page.content.decode()  # an admin looks, a regulator books
    assert admin.get(f"/sas/recherche/{found}/pourquoi/{rpps(9)}").status_code == 404


def test_the_cpts_page_lists_all_who_take_part_and_leads_back(client: Client, alpha: TestEditor) -> None:
    community()
    practitioners(range(1, 4), via="cpts")
    practitioners(range(4, 7))
    alpha.knows(rpps(1), first=tomorrow())
    register(alpha.url)
    origin = search_of(client.get("/sas/recherche", SEARCH))
    page = client.get(f"/sas/cpts/{CPTS}?origine={origin}")
    assert sorted(cards_of(page)) == [rpps(1), rpps(2), rpps(3)]
    words = text_of(page)
    assert "Adresser un patient hors créneaux 01 99 00 11 22" in words
    assert "Quarante professionnels d’Agen." in words
    assert hrefs_of(page, "Retour à la recherche") == [f"/sas/recherche?recherche={origin}#structure-{CPTS}"]
    jobs.run(search_of(page))
    settled = client.get(refresh_of(page))
    assert (search_of(settled), refresh_of(settled), sorted(states_of(settled))) == (
        search_of(page), "", ["none", "none", "slots"],
    )  # fmt: skip
    assert client.get("/sas/cpts/000000000").status_code == 404
