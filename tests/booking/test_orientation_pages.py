""" "Mes orientations", the panel, what can be done to one, the export."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import choices
from booking.models import Orientation, OrientationState
from sasportal.accounts.models import Role
from sasportal.spreadsheets import safe_cell
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda_pages.pages import hrefs_of, text_of
from tests.booking.cast import START, editor, orientation

pytestmark = pytest.mark.django_db
LIST = "/sas/orientations/"
NAMES = ["Anne", "Bruno", "Chloé", "Denis", "Elsa", "Farid", "Gaël"]


@pytest.fixture
def camille():
    return professional("899700000013", Role.REGULATOR)


@pytest.fixture
def client(camille) -> Client:
    return signed_in_by_psc(camille)


@pytest.fixture
def alpha():
    return editor()


def one_of_each(user: Any, by: Any) -> dict[str, Orientation]:
    """One orientation in each state a regulator can meet."""
    long_ago = timezone.now() - timedelta(minutes=31)
    details: list[dict[str, Any]] = [
        {"state": "opened"}, {"state": "booked"}, {"state": "fulfilled"}, {"state": "noshow"}, {"state": "cancelled"},
        {"state": "opened", "opened_at": long_ago}, {"state": "opened", "booking_url": "", "opened_at": long_ago},
    ]  # fmt: skip
    return {
        name: orientation(user, by, practitioner_name=f"Dr {name} TENUE", **more)
        for name, more in zip(NAMES, details, strict=True)
    }


def shown(response: Any) -> list[str]:
    return [name for name in NAMES if f"Dr {name} TENUE" in text_of(response)]


def test_each_state_is_said_in_words(client, camille, alpha) -> None:
    one_of_each(camille, alpha)
    response = client.get(f"{LIST}?jour=semaine")
    rows = response.content.decode().split("<tr")[2:]
    words = {name: next(w for w in WORDS if w in text_of(row)) for name in NAMES for row in rows if name in row}
    assert words == dict(zip(NAMES, WORDS[:5], strict=False)) | {"Farid": "Sans retour", "Gaël": "À convenir"}
    assert 'data-state="without_return"' in response.content.decode()


WORDS = ["Ouverte", "Confirmée", "Honorée", "Patient absent", "Annulée", "Sans retour", "À convenir"]


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", NAMES), ("ouverte", ["Anne", "Gaël"]), ("confirmee", ["Bruno"]), ("honoree", ["Chloé"]),
        ("absent", ["Denis"]), ("annulee", ["Elsa"]), ("sans-retour", ["Farid"]), ("zut", NAMES),
    ],
)  # fmt: skip
def test_states_filter(client, camille, alpha, state, names) -> None:
    one_of_each(camille, alpha)
    assert shown(client.get(LIST, {"jour": "semaine", "etat": state})) == names
    assert shown(client.get(f"{LIST}lignes", {"jour": "semaine", "etat": state})) == names


def test_periods_filter_by_the_day_of_paris(client, camille, alpha, time_machine) -> None:
    time_machine.move_to("2040-11-20T23:30:00Z", tick=False)  # already the 21st in Paris
    ago = {"Anne": timedelta(0), "Bruno": timedelta(hours=1), "Chloé": timedelta(days=5), "Denis": timedelta(days=8)}
    for name, since in ago.items():
        orientation(camille, alpha, practitioner_name=f"Dr {name} TENUE", opened_at=timezone.now() - since)
    client = signed_in_by_psc(camille)
    assert shown(client.get(LIST)) == ["Anne"]
    assert shown(client.get(LIST, {"jour": "hier"})) == ["Bruno"]
    assert shown(client.get(LIST, {"jour": "semaine"})) == ["Anne", "Bruno", "Chloé"]


def test_nothing_yet_leads_to_the_search(client) -> None:
    response = client.get(LIST)
    assert "Aucune orientation" in text_of(response)
    assert hrefs_of(response, "Rechercher un créneau") == ["/sas/recherche"]


def test_times_are_those_of_the_place(client, camille, alpha) -> None:
    orientation(camille, alpha, time_zone="Indian/Reunion")
    text = text_of(client.get(LIST))
    assert "lundi 23 novembre à 13 h 00" in text.replace("\u00a0", " ")
    assert "Heures de La Réunion (UTC+4)" in text


def test_the_list_asks_as_much_for_three_as_for_one(client, camille, alpha) -> None:
    counts = []
    client.get(LIST)
    for _ in range(2):
        orientation(camille, alpha)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
        orientation(camille, alpha)
    assert counts[0] == counts[1]


def test_more_than_two_hundred_are_cut_and_it_is_said(client, camille, alpha) -> None:
    Orientation.objects.bulk_create(
        Orientation(
            regulator=camille, editor=alpha, practitioner="8", practitioner_name="Dr X", place="Agen", start=START,
            end=START + timedelta(minutes=20), slot_key=f"k{number}",
        )
        for number in range(201)
    )  # fmt: skip
    response = client.get(LIST)
    assert response.content.decode().count("data-orientation=") == 200
    assert "Les 200 plus récentes" in text_of(response)


def test_cancelling_one(client, camille, alpha) -> None:
    one = orientation(camille, alpha)
    response = client.post(f"{LIST}{one.pk}/annuler", follow=True)
    one.refresh_from_db()
    assert (one.state, "Orientation annulée." in text_of(response)) == ("cancelled", True)
    assert [(e.state, e.by) for e in one.events.all()] == [("cancelled", str(camille.technical_id))]


@pytest.mark.parametrize("state", ["booked", "fulfilled", "noshow", "cancelled"])
def test_what_the_editor_confirmed_is_cancelled_there(client, camille, alpha, state) -> None:
    one = orientation(camille, alpha, state=state)
    response = client.post(f"{LIST}{one.pk}/annuler", follow=True)
    assert "annulez le rendez-vous chez l’éditeur" in text_of(response)
    assert client.post(f"{LIST}{one.pk}/annuler", headers={"Accept": "application/json"}).status_code == 409
    one.refresh_from_db()
    assert (one.state, one.events.count()) == (state, 0)


def test_only_an_agreement_by_phone_is_confirmed_by_hand(client, camille, alpha) -> None:
    online, by_phone = orientation(camille, alpha), orientation(camille, alpha, booking_url="")
    statuses = [
        client.post(f"{LIST}{one.pk}/confirmer", headers={"Accept": "application/json"}).status_code
        for one in (online, by_phone, by_phone)
    ]
    assert statuses == [409, 204, 409]
    states = [Orientation.objects.get(pk=one.pk).state for one in (online, by_phone)]
    assert states == ["opened", "booked"]


def test_the_history_of_one_is_shown(client, camille, alpha) -> None:
    one = orientation(camille, alpha)
    one.events.create(state=OrientationState.OPENED, by=str(camille.technical_id))
    one.events.create(state=OrientationState.BOOKED, by=f"editor:{alpha.pk}")
    text = text_of(client.get(f"{LIST}{one.pk}/"))
    assert "Réservation ouverte, par vous" in text
    assert "Confirmée, par l’éditeur" in text


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("post", "annuler"), ("post", "confirmer")])
def test_the_orientation_of_a_colleague_does_not_exist(client, alpha, method, path) -> None:
    other = professional("899700000021", Role.REGULATOR)
    one = orientation(other, alpha, booking_url="")
    assert getattr(client, method)(f"{LIST}{one.pk}/{path}").status_code == 404
    one.refresh_from_db()
    assert one.state == "opened"
    assert shown(client.get(LIST)) == []
    assert client.get(f"{LIST}lignes").content.decode().count("data-orientation") == 0
    assert len(rows_of(client.get(f"{LIST}export.csv"))) == 1
    assert one.practitioner_name not in text_of(client.get(f"{LIST}panneau", {"slot": one.slot_key}))


def rows_of(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_the_export_holds_what_is_filtered(client, camille, alpha) -> None:
    one_of_each(camille, alpha)
    response = client.get(f"{LIST}export.csv?jour=semaine&etat=sans-retour")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="orientations-20')
    heads, row = rows_of(response)
    assert dict(zip(heads, row, strict=True)) | {"Prise le": ""} == {
        "Prise le": "", "Praticien": "Dr Farid TENUE", "Identifiant": "899700001001",
        "Lieu": "12 rue des Lilas, 47000 Agen", "Téléphone": "01\u00a099\u00a000\u00a012\u00a034",
        "Début": "lundi 23 novembre à 10\u00a0h\u00a000", "Heures": "Heures de métropole",
        "Modalité": "au cabinet", "Voie": "Alpha", "État": "Sans retour",
    }  # fmt: skip


@pytest.mark.parametrize("start", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_no_cell_is_a_formula(client, camille, alpha, start) -> None:
    assert safe_cell(start) == f"'{start}"
    orientation(camille, alpha, practitioner_name=start, place='a";=1+1')
    _, row = rows_of(client.get(f"{LIST}export.csv"))
    assert row[1].startswith("'")
    assert row[3] == 'a";=1+1'


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [safe_cell(cell) for cell in ("", "Dr Anne", "12 rue", "a=b")] == ["", "Dr Anne", "12 rue", "a=b"]


def test_what_an_editor_wrote_is_escaped(client, camille, alpha) -> None:
    one = orientation(camille, alpha, practitioner_name="<script>alert(1)</script>", place='"><img src=x>')
    for path in ("", f"{one.pk}/", f"panneau?slot={one.slot_key}", "lignes"):
        html = client.get(f"{LIST}{path}").content.decode()
        assert ("<script>alert" in html, "<img src=x" in html) == (False, False)


@pytest.mark.parametrize(
    ("more", "title", "final"),
    [
        ({}, "Réservation ouverte chez Alpha", False),
        ({"state": "booked"}, "Rendez-vous confirmé", True),
        ({"state": "cancelled"}, "Cette orientation est annulée", True),
        ({"opened_at": timezone.now() - timedelta(hours=1)}, "Sans retour", True),
        ({"booking_url": ""}, "Rendez-vous à prendre par téléphone", True),
    ],
)
def test_the_panel_says_where_it_stands(client, camille, alpha, more, title, final) -> None:
    one = orientation(camille, alpha, **more)
    html = client.get(f"{LIST}panneau", {"slot": one.slot_key, "search": ""}).content.decode()
    assert (title in text_of(html), "data-final" in html) == (True, final)
    assert "12 rue des Lilas, 47000 Agen" in text_of(html)
    assert "01 99 00 12 34" in text_of(html).replace("\u00a0", " ")
    assert ("data-sas-copy" in html) == (more != {"state": "cancelled"})
    assert "<html" not in html
    assert client.get(f"{LIST}panneau", {"slot": one.slot_key}).content.decode() == html


def test_the_panel_before_anything_happened(client, camille) -> None:
    html = client.get(f"{LIST}panneau", {"slot": "k"}).content.decode()
    assert ("Ouverture de la réservation" in text_of(html), "data-final" in html) == (True, False)
    choices.remember(camille, "k", choices.CHECKING)
    html = client.get(f"{LIST}panneau", {"slot": "k"}).content.decode()
    assert ("Vérification du créneau" in text_of(html), "data-final" in html) == (True, False)
    assert client.get(f"{LIST}panneau").status_code == 404


def test_coming_back_from_signing_in_starts_again(client) -> None:
    response = client.get(f"{LIST}choisir")
    assert (response.status_code, response["Location"]) == (302, "/sas/recherche")


@pytest.mark.parametrize("form", [{}, {"search": "x", "slot": "y"}, {"search": "", "slot": "k" * 65}])
def test_a_choice_that_makes_no_sense_is_refused(client, form) -> None:
    assert client.post(f"{LIST}choisir", form).status_code == 400


def test_an_expired_search_says_so(client) -> None:
    form = {"search": "00000000-0000-4000-8000-000000000000", "slot": "k"}
    response = client.post(f"{LIST}choisir", form)
    assert (response.status_code, "Cette recherche a expiré" in text_of(response)) == (410, True)
