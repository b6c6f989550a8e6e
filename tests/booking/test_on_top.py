"""Patients on top of the agenda: agreed by phone with a practitioner or a structure, then noted."""

import re
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from booking.models import Orientation
from booking.on_top import HourUnlikely, NotOnTop, SlotUnknown, agree, party_of
from directory.models import EffectorSettings, Structure, StructureProfile
from sasportal.accounts.models import User
from sasportal.outbox.models import Delivery
from tests.accounts.people import signed_in_by_psc
from tests.agenda_pages.pages import text_of
from tests.booking import own_cast as cast

pytestmark = pytest.mark.django_db
ADDRESS, CPTS = "/sas/orientations/en-sus", "470000101"
KEY = f"top:{cast.ANNE}"
PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")


@pytest.fixture
def camille(valkey) -> User:
    cast.anne()
    StructureProfile.objects.create(finess=CPTS, phone="0199001122")
    Structure.objects.create(
        finess=CPTS, category="604", name="CPTS des Lilas", line="3 place du Pin", postal_code="47000", city="Agen"
    )
    return cast.regulator()


@pytest.fixture
def client(camille: User) -> Client:
    return signed_in_by_psc(camille)


def noted(user: User, key: str = KEY, **more) -> Orientation:
    search = cast.search_for(user, CPTS)
    details = {
        "actor": user, "search": search, "party": party_of(search, key), "place_key": "lilas",
        "start": cast.in_two_hours(), "token": uuid.uuid4(),
    }  # fmt: skip
    return agree(**(details | more))


def test_what_a_practitioner_agreed_to_is_a_confirmed_orientation(camille: User) -> None:
    one = noted(camille)
    assert (one.way, one.state, one.practitioner, one.practitioner_name, one.place, one.phone) == (
        "on_top", "booked", cast.ANNE, "Dr Anne TENUE", "12 rue des Lilas, 47000 Agen", "01 99 00 12 34",
    )  # fmt: skip
    assert one.end - one.start == timedelta(minutes=15)
    assert list(one.events.values_list("state", flat=True)) == ["booked"]
    assert Delivery.objects.count() == 1


def test_what_a_community_agreed_to_names_no_practitioner(camille: User) -> None:
    one = noted(camille, f"top:{CPTS}")
    assert (one.practitioner, one.structure, one.practitioner_name, one.place, one.phone) == (
        "", CPTS, "CPTS des Lilas", "3 place du Pin, 47000 Agen", "01 99 00 11 22",
    )  # fmt: skip
    assert Delivery.objects.count() == 0


def test_the_same_form_sent_again_is_the_same_orientation(camille: User) -> None:
    token = uuid.uuid4()
    assert noted(camille, token=token) == noted(camille, token=token)
    with pytest.raises(SlotUnknown):
        noted(cast.regulator(7), token=token)
    assert Orientation.objects.count() == 1


def test_two_patients_may_be_sent_to_one_practitioner(camille: User) -> None:
    assert noted(camille) != noted(camille)


def test_who_takes_none_on_top_is_not_asked(camille: User) -> None:
    EffectorSettings.objects.update(accepts_on_top=False)
    with pytest.raises(NotOnTop):
        noted(camille)


def test_who_does_not_take_part_is_not_asked(valkey) -> None:
    cast.anne(takes_part=False)
    with pytest.raises(NotOnTop):
        noted(cast.regulator())


@pytest.mark.parametrize("key", ["top:899799999999", "top:470009999", "top:", "own:1"])
def test_who_was_not_found_is_not_asked(camille: User, key: str) -> None:
    with pytest.raises(SlotUnknown):
        noted(camille, key)


@pytest.mark.parametrize(("ahead", "taken"), [(-0.9, True), (-1.1, False), (24 * 7 - 1, True), (24 * 7 + 1, False)])
def test_only_likely_hours_are_noted(camille: User, ahead: float, taken: bool) -> None:
    start = timezone.now() + timedelta(hours=ahead)
    if taken:
        assert noted(camille, start=start).start == start
    else:
        with pytest.raises(HourUnlikely):
            noted(camille, start=start)


def test_an_unknown_place_is_refused(camille: User) -> None:
    with pytest.raises(SlotUnknown):
        noted(camille, place_key="ailleurs")


# --- the page ---


def form_of(response) -> dict[str, str]:
    fields = re.findall(
        r'<input type="hidden" name="(search|slot|token|lieu)" value="([^"]*)"', response.content.decode()
    )
    return dict(fields)


def asked(client: Client, camille: User, key: str = KEY) -> dict[str, str]:
    search = cast.search_for(camille, CPTS)
    return form_of(client.post(ADDRESS, {"search": str(search.id), "slot": key}))


def test_two_steps_and_the_hour_of_the_place(client: Client, camille: User) -> None:
    there = datetime.now(REUNION) + timedelta(days=1)
    said = asked(client, camille) | {"lieu": "phare", "jour": f"{there:%Y-%m-%d}", "heure": "9 h 30"}
    done = client.post(ADDRESS, said)
    one = Orientation.objects.get()
    assert one.start == datetime.combine(there.date(), datetime.min.time().replace(hour=9, minute=30), tzinfo=REUNION)
    assert done["Location"] == f"/sas/orientations/{one.pk}/"
    assert "9 h 30" in text_of(client.get(done["Location"]))


def test_a_community_needs_no_place(client: Client, camille: User) -> None:
    today = datetime.now(PARIS) + timedelta(days=1)
    said = asked(client, camille, f"top:{CPTS}") | {"jour": f"{today:%Y-%m-%d}", "heure": "14:00"}
    client.post(ADDRESS, said)
    assert Orientation.objects.get().structure == CPTS


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"heure": "25:00"}, "Saisissez une heure valide."),
        ({"jour": "2020-01-01"}, "Indiquez une heure à venir, dans les sept jours."),
        ({"lieu": "ailleurs"}, "Sélectionnez un choix valide"),
        ({"heure": ""}, "Ce champ est obligatoire."),
    ],
)
def test_each_error_is_said_and_nothing_is_noted(client: Client, camille: User, wrong: dict, sentence: str) -> None:
    day = datetime.now(PARIS) + timedelta(days=1)
    said = asked(client, camille) | {"lieu": "lilas", "jour": f"{day:%Y-%m-%d}", "heure": "9:00"} | wrong
    refused = client.post(ADDRESS, said, headers={"X-SAS-Fragment": "1"})
    assert (refused.status_code, sentence in text_of(refused)) == (422, True)
    assert Orientation.objects.count() == 0


def test_somebody_elses_search_is_not_there(client: Client, camille: User) -> None:
    search = cast.search_for(cast.regulator(7), CPTS)
    assert client.post(ADDRESS, {"search": str(search.id), "slot": KEY}).status_code == 404
