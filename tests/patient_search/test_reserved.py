"""Every mix of slot types, from editors and from the own agenda: a patient sees what is open to the public, no more."""

import asyncio
import html
import json
import re
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.test import AsyncClient, Client

from agenda import jobs
from agenda.patients.owning import OWNER, PREFIX
from agenda.recheck import shown_slots
from agenda.searches import Search, load_search
from agenda.visibility import Viewer
from directory.models import EffectorSettings, PlaceSettings
from sasportal.wording import clock
from tests.accounts.people import LOCAL, patient
from tests.agenda.answers import bundle, people, rpps, slot
from tests.agenda.answers import community as community_resources
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, as_fhir
from tests.agenda_pages.pages import cards_of, search_of, text_of
from tests.agenda_pages.territory import CPTS, community, practitioners
from tests.patient_search.cast import MIXES, RESULTS, SEARCH, own_slot, tomorrow

pytestmark = pytest.mark.django_db(transaction=True)

ANNE, OWN = rpps(1), rpps(2)
SECRET = "Sonner deux fois, code 4712"
# What is written for regulators: words, numbers, names
RESERVED = (
    SECRET, "01\xa099\xa000\xa055\xa055", "0199005555", "01\xa099\xa000\xa011\xa022", "0199001122", "Axe Majeur", CPTS,
    "SNP", "soins non programmés", "réservé aux professionnels", "CPTS", "Participe", "participation", "régulat",
    "Orient", "orientation", "éditeur", "FHIR", "alpha.example", "/sas/",
)  # fmt: skip


def own_minute(at: int) -> timedelta:
    return timedelta(minutes=15 * at)


def expected_hours(*, own: bool = True) -> list[str]:
    """The hours of the slots whose mix holds PUBLIC, as a patient in Agen reads them."""
    public = [at for at, mix in enumerate(MIXES) if "PUBLIC" in mix]
    starts = [tomorrow() + timedelta(minutes=at) for at in public]
    starts += [tomorrow(12) + own_minute(at) for at in public] if own else []
    return sorted(clock(start.astimezone(ZoneInfo("Europe/Paris"))) for start in starts)


@pytest.fixture
def every_mix(alpha: TestEditor) -> None:
    community()
    practitioners([1, 2], via="cpts")
    practitioners(range(3, 6), via="none")
    register(alpha.url, flows=["R01", "R04"])
    slots = [
        slot(ANNE, tomorrow() + timedelta(minutes=at), types=mix, cpts=[CPTS] if "CPTS" in mix else ())
        for at, mix in enumerate(MIXES)
    ]
    answer = bundle([*slots, *people([ANNE]), *community_resources(CPTS, name="CPTS Axe Majeur")])

    async def answered(request):
        return as_fhir(answer)

    alpha.answer = answered
    for at, mix in enumerate(MIXES):
        if mix:
            own_slot(OWN, "place-2", tomorrow(12) + own_minute(at), mix)
    EffectorSettings.objects.create(national_id=ANNE, additional_information=SECRET)
    EffectorSettings.objects.create(national_id=OWN, additional_information=SECRET, without_software=True)
    for number in (1, 2):
        PlaceSettings.objects.create(national_id=rpps(number), place_key=f"place-{number}", phone="0199005555")


@pytest.fixture(params=["nobody", "patient"])
def person(request, valkey) -> Client:
    client = Client()
    if request.param == "patient":
        client.force_login(patient(), backend="sasportal.accounts.psc.ProSanteConnectBackend")
    return client


def opened(client: Client) -> UUID:
    found = search_of(client.get(RESULTS, SEARCH))
    jobs.run(found)
    return found


def kept(client: Client, found: UUID) -> Search:
    return load_search(found, owner=PREFIX + client.session[OWNER])


def hours_of(markup: str) -> list[str]:
    return sorted(html.unescape(hour) for hour in re.findall(r'class="sas-slot__hour">([^<]+)<', markup))


def main_of(page) -> str:
    """The page without the frame that every page has."""
    return re.findall(r"<main.*</main>", page.content.decode(), re.DOTALL)[0]


def assert_nothing_reserved(markup: str) -> None:
    said = html.unescape(markup)
    assert [word for word in RESERVED if word.casefold() in said.casefold()] == []


def test_every_page_and_fragment_shows_public_slots_only(every_mix: None, person: Client) -> None:
    found = opened(person)
    pages = [
        person.get(RESULTS, {"recherche": str(found)} | view)
        for view in ({}, {"seulement": "creneaux"}, {"tri": "premier"}, {"cartes": "200"})
    ]
    assert [len(cards_of(page)) for page in pages] == [5, 2, 5, 5]
    assert [hours_of(page.content.decode()) for page in pages] == [expected_hours()] * 4
    polled = person.get(f"{RESULTS}/{found}/fiches").json()
    assert hours_of("".join(polled["cards"].values())) == expected_hours()
    more = person.get(f"{RESULTS}/{found}/fiches", {"depuis": "1"}).json()
    for markup in [*map(main_of, pages), json.dumps(polled, ensure_ascii=False), more["html"]]:
        assert_nothing_reserved(markup)


def test_the_stream_carries_public_slots_only(every_mix: None, async_visitor: AsyncClient) -> None:
    async def started() -> UUID:
        return search_of(await async_visitor.get(RESULTS, SEARCH))

    async def streamed() -> str:
        response = await async_visitor.get(f"{RESULTS}/{found}/flux")
        return b"".join([part async for part in response.streaming_content]).decode()

    found = asyncio.run(started())
    jobs.run(found)
    written = asyncio.run(streamed())
    events = [json.loads(line.removeprefix("data: ")) for line in written.splitlines() if line.startswith("data: ")]
    (changed,) = [one for one in events if one]
    # What the own agenda offers is on the page from the start, and changes with no answer
    assert hours_of("".join(changed["cards"].values())) == expected_hours(own=False)
    assert_nothing_reserved(written)


def test_filters_never_bring_up_what_is_reserved(every_mix: None, visitor: Client) -> None:
    for query in ({"type": "SNP"}, {"consultation": "AMB"}, {"mode": "en_sus"}, {"cpts": CPTS}, {"jour": "1"}):
        found = search_of(visitor.get(RESULTS, SEARCH | query))
        jobs.run(found)
        page = visitor.get(RESULTS, {"recherche": str(found)} | query)
        assert hours_of(page.content.decode()) == expected_hours(), query
        assert_nothing_reserved(main_of(page))


def test_the_search_kept_for_a_patient_holds_nothing_for_regulators(every_mix: None, visitor: Client) -> None:
    found = kept(visitor, opened(visitor))
    assert found.viewer is Viewer.PATIENT
    assert found.found.structures == ()
    written = msgspec.json.encode(found.found).decode()
    assert [word for word in (SECRET, "0199005555", "0199001122", "Axe Majeur", CPTS) if word in written] == []
    assert {"PUBLIC" in one.types for one in shown_slots(found)} == {True}


def test_a_regulators_addresses_stay_closed_to_a_patient_with_his_own_search(every_mix: None, valkey) -> None:
    client = Client()
    client.force_login(patient(), backend=LOCAL)
    found = opened(client)
    for address in ("fiches", "flux", f"pourquoi/{ANNE}"):
        assert client.get(f"/sas/recherche/{found}/{address}").status_code in {302, 403}, address
    assert client.get(f"/api/v1/searches/{found}/").status_code in {302, 403}
    assert client.get("/sas/suggestions/quoi", {"q": "cpts"}).status_code in {302, 403}


@pytest.mark.parametrize("what", ["CPTS", "CPTS Axe Majeur", CPTS, "SOS Médecins", f"1{CPTS}"])
def test_what_serves_regulators_is_unknown_here(every_mix: None, visitor: Client, what: str) -> None:
    page = visitor.get(RESULTS, SEARCH | {"quoi": what})
    assert "Nous ne connaissons pas ce nom" in text_of(page)
    assert cards_of(page) == []
    suggested = visitor.get("/patient/suggestions/quoi", {"q": what}).json()
    assert "Axe Majeur" not in json.dumps(suggested)
