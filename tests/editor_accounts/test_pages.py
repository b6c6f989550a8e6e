"""The matrix, the section on a regulator's page, and sending again: what is said, to whom, at what cost."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agenda.accounts.models import EditorAccount
from agenda.accounts.states import Standing
from agenda.models import Editor, EditorState
from sasportal.accounts import grants
from sasportal.accounts.models import User
from tests.accounts import cast
from tests.accounts.people import signed_in_by_psc
from tests.editor_accounts.cast import known, regulator, standing, state, taker

pytestmark = pytest.mark.django_db
MATRIX = "/regulateurs/comptes-editeurs/"
MOST_QUERIES = 12


@pytest.fixture
def alix() -> Client:
    return signed_in_by_psc(cast.admin())


@pytest.fixture
def maxence() -> Client:
    return signed_in_by_psc(cast.manager(cast.LOT))


def here(user: User, **changed: Any) -> dict[str, Any]:
    return state(value=user.national_id, family=user.last_name, email=user.email, **changed).as_json()


def people(count: int) -> list[User]:
    return [
        regulator(f"8997000001{n:02}", email=f"r{n}@samu47.example", family=f"Régulier {n:02}") for n in range(count)
    ]


def table(client: Client, **query: Any) -> list[list[str]]:
    """The cells of the matrix in plain words, a line for each regulator."""
    page = client.get(MATRIX, query)
    assert page.status_code == 200
    body = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.S)] for line in body.split("</tr>")[:-1]]


def words(cell: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", cell)).split())


def names(client: Client, **query: Any) -> list[str]:
    return [line[0].rsplit(" ", 1)[0] for line in table(client, **query)]


def test_each_state_is_said_in_words(alix: Client) -> None:
    now, editor = timezone.now(), taker()
    users = people(9)
    today = f"{now:%Y}"
    known(users[0], editor, known=here(users[0]), known_at=now)
    known(users[1], editor, asked_at=now)
    known(users[2], editor, asked_at=now, message="L’éditeur est injoignable.", failures=2)
    known(users[3], editor, refused=here(users[3]), message="Nom <b> inconnu")
    User.objects.filter(pk=users[4].pk).update(email="", first_name="")
    known(users[5], editor, known=here(users[5]), known_at=now)
    known(users[6], editor, known=here(users[6], active=False), known_at=now)
    for user in users[5:8]:
        grants.suspend(actor="system", user=user)
    found = [line[1] for line in table(alix)]
    assert found[0].startswith("À jour actif, confirmé le")
    assert today in found[0]
    assert found[1:6] == [
        "En attente envoi en cours",
        "En attente envoi en cours ; L’éditeur est injoignable.",
        "En échec Nom <b> inconnu",
        "Incomplet pas d’envoi sans prénom et adresse électronique",
        "En attente désactivation en cours",
    ]
    assert found[6].startswith("À jour désactivé, confirmé le")
    assert found[7:] == ["Sans objet", "En attente à la prochaine connexion"]


def test_an_editor_switched_off_is_said(alix: Client) -> None:
    user, editor = regulator(), taker(state=EditorState.OFF)
    known(user, editor, asked_at=timezone.now())
    assert [line[1] for line in table(alix)] == ["En attente éditeur coupé : envoi à son retour"]


def test_a_manager_sees_his_territories_and_an_administrator_all(alix: Client, maxence: Client) -> None:
    taker()
    regulator(family="Ici")
    regulator("899700000104", email="b@x.example", territory_of=cast.GIRONDE, family="Ailleurs")
    assert (names(maxence), names(alix)) == (["Camille Ici"], ["Camille Ailleurs", "Camille Ici"])


@pytest.fixture
def mixed() -> list[User]:
    """In step, failed, pending at Beta, never signed in, without address, closed."""
    alpha, beta = taker(), taker(name="Beta")
    users, now = people(6), timezone.now()
    for editor in (alpha, beta):
        known(users[0], editor, known=here(users[0]), known_at=now)
    known(users[1], alpha, known=here(users[1]), known_at=now)
    known(users[1], beta, refused=here(users[1]), message="Non.")
    known(users[2], alpha, known=here(users[2]), known_at=now)
    known(users[2], beta, known=here(users[2], given="Avant"), known_at=now)
    User.objects.filter(pk=users[4].pk).update(email="")
    grants.suspend(actor="system", user=users[5])
    return users


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"texte": "régulier 03"}, [3]),
        ({"etat": "a-jour"}, [0, 1, 2]),
        ({"etat": "en-echec"}, [1]),
        ({"etat": "en-attente"}, [2, 3]),
        ({"etat": "incomplet"}, [4]),
        ({"etat": "en-echec", "editeur": "Alpha"}, []),
        ({"etat": "en-attente", "editeur": "Alpha"}, [3]),
        ({"etat": "en-attente", "editeur": "Beta"}, [2, 3]),
        ({"etat": "n'importe quoi", "editeur": "x", "page": "-4"}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_filters(alix: Client, mixed: list[User], query: dict[str, str], found: list[int]) -> None:
    ids = dict(Editor.objects.values_list("name", "pk"))
    asked = {name: ids.get(value, value) for name, value in query.items()}
    assert names(alix, **asked) == [str(mixed[n]) for n in found]


def test_the_filter_and_the_cells_never_disagree(alix: Client, mixed: list[User]) -> None:
    for one in (Standing.IN_STEP, Standing.FAILED, Standing.PENDING, Standing.INCOMPLETE):
        shown = {line[0] for line in table(alix) if any(cell.startswith(one.label) for cell in line[1:])}
        assert {line[0] for line in table(alix, etat=one.value)} == shown


def test_one_editor_alone_shows_its_column_alone(alix: Client, mixed: list[User]) -> None:
    beta = Editor.objects.get(name="Beta")
    assert {len(line) for line in table(alix)} == {3}
    assert {len(line) for line in table(alix, editeur=beta.pk)} == {2}
    assert "1 en échec" in words(alix.get(MATRIX).content.decode().partition("<thead>")[2].partition("</thead>")[0])


def test_queries_do_not_grow(alix: Client) -> None:
    alix.get(MATRIX)
    counts = []
    for number in (1, 3):
        for editor in [taker(name=f"Éditeur {number}-{n}") for n in range(number)]:
            for user in people(number):
                known(user, editor, refused=here(user), message="Non.")
        with CaptureQueriesContext(connection) as seen:
            alix.get(MATRIX)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_nothing_to_show_is_said(alix: Client) -> None:
    assert "Aucun éditeur n’accepte de comptes" in alix.get(MATRIX).content.decode()
    taker()
    assert "n’ont encore aucun régulateur" in alix.get(MATRIX).content.decode()
    assert "Aucun régulateur pour ce choix" in alix.get(MATRIX, {"etat": "en-echec"}).content.decode()


def test_on_the_page_of_a_regulator(alix: Client, maxence: Client) -> None:
    user, editor = regulator(), taker()
    address = f"/regulateurs/{user.technical_id}/"
    known(user, editor, refused=here(user), message="Nom inconnu")
    for client, sends in ((alix, True), (maxence, False)):
        page = client.get(address).content.decode()
        assert ("Nom inconnu" in page, f"{editor.pk}/renvoyer/" in page) == (True, sends)
    EditorAccount.objects.update(refused=None, known=here(user), known_at=timezone.now())
    page = alix.get(address).content.decode()
    assert ("actif, confirmé le" in page, "/renvoyer/" in page) == (True, False)


def test_an_administrator_sends_one_again(alix: Client, maxence: Client) -> None:
    user, editor = regulator(), taker()
    known(user, editor, refused=here(user), message="Non.")
    address = f"{MATRIX}{user.technical_id}/{editor.pk}/renvoyer/"
    assert (alix.get(address).status_code, maxence.post(address).status_code) == (405, 403)
    answer = alix.post(address, follow=True)
    assert "Le compte est envoyé à Alpha." in answer.content.decode()
    assert standing(user, editor) == Standing.PENDING
    assert alix.post(f"{MATRIX}{user.technical_id}/{editor.pk + 1}/renvoyer/").status_code == 404
    EditorAccount.objects.update(known=here(user), known_at=timezone.now())
    assert "Il n’y a rien à envoyer à Alpha." in alix.post(address, follow=True).content.decode()


def test_an_administrator_sends_all_of_an_editor_again(alix: Client, maxence: Client) -> None:
    editor = taker()
    for user in people(3):
        known(user, editor, refused=here(user), message="Non.")
    address = f"{MATRIX}editeurs/{editor.pk}/renvoyer/"
    assert maxence.get(address).status_code == 403
    assert "Renvoyer les comptes à Alpha" in alix.get(address).content.decode()
    assert "3\u00a0comptes renvoyés à Alpha." in alix.post(address, follow=True).content.decode()


def test_what_is_sent_again_to_an_editor_switched_off_waits_for_it(alix: Client) -> None:
    user, editor = regulator(), taker(state=EditorState.OFF)
    known(user, editor, refused=here(user), message="Non.")
    for address in (f"{MATRIX}{user.technical_id}/{editor.pk}/renvoyer/", f"{MATRIX}editeurs/{editor.pk}/renvoyer/"):
        answer = alix.post(address, follow=True)
        assert "Alpha est coupé : l’envoi se fera à son retour." in answer.content.decode()
    assert standing(user, editor) == Standing.PENDING


def test_the_administration_says_how_many_fail(alix: Client) -> None:
    assert "en échec</span>" not in alix.get("/gestion/").content.decode()
    for editor in (taker(), taker(name="Beta")):
        known(regulator(), editor, refused=here(regulator()), message="Non.")
    assert "2 en échec</span>" in alix.get("/gestion/").content.decode()
