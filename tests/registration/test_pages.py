"""Writing step by step, sending, being answered: what each page shows, keeps and costs."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory.models import RegistrationRequest
from directory.registration import drafts, review
from sasportal.accounts.models import User
from tests.accounts.people import signed_in_by_psc
from tests.agenda_pages.pages import hrefs_of, text_of
from tests.registration import cast

pytestmark = pytest.mark.django_db
LIST = "/inscriptions/"
MOST_QUERIES = 12


@pytest.fixture
def maxence() -> User:
    return cast.manager(cast.BOTH)


@pytest.fixture
def alix() -> User:
    return cast.admin()


@pytest.fixture
def client(maxence) -> Client:
    return signed_in_by_psc(maxence)


def only() -> RegistrationRequest:
    return RegistrationRequest.objects.get()


def step(client: Client, slug: str, **sent: str) -> Any:
    return client.post(f"{LIST}{only().pk}/etape/{slug}/", sent)


def draft_of(page: Any) -> UUID:
    return UUID(re.search(r'name="draft" value="([^"]+)"', page.content.decode()).group(1))


def begin(client: Client, **changes: str) -> Any:
    draft = draft_of(client.get(f"{LIST}nouvelle/"))
    return client.post(f"{LIST}nouvelle/", {"draft": draft} | cast.IDENTITY | changes)


def test_from_the_first_question_to_the_number(client):
    cast.territory(*cast.LOT)
    cast.structure()
    assert begin(client)["Location"] == f"{LIST}{only().pk}/etape/contact/"
    assert step(client, "contact", **cast.CONTACT)["Location"].endswith("/etape/situation/")
    assert step(client, "situation", **cast.situation())["Location"].endswith("/etape/certification/")
    recap = step(client, "certification", certified="on")["Location"]
    page = text_of(client.get(recap))
    for words in ("Étape 5 sur 5", "Lagarde", "24 novembre 1985", "05 53 00 12 34", "SAMU 47, 1 route de Villeneuve",
                  "Opérateur de soins non programmés", "en face à face par Maxence Ducompte"):  # fmt: skip
        assert words in page
    answer = client.post(recap)
    assert answer["Location"] == f"{LIST}{only().pk}/"
    assert f"La demande est envoyée sous le numéro {only().number}." in text_of(client.get(answer["Location"]))


def test_a_first_step_sent_twice_is_one_draft(client):
    form = {"draft": draft_of(client.get(f"{LIST}nouvelle/"))} | cast.IDENTITY
    answers = [client.post(f"{LIST}nouvelle/", form)["Location"] for _ in range(2)]
    assert answers == [f"{LIST}{only().pk}/etape/contact/"] * 2
    assert only().events.count() == 1


def test_what_is_wrong_is_said_and_kept(client):
    answer = begin(client, birth_date="2020-01-01", given_name="")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "given_name": ["Indiquez le prénom."],
        "birth_date": ["Vérifiez l’année : cette date n’est pas celle d’une personne en âge de travailler."],
    }
    page = client.get(f"{LIST}{only().pk}/etape/etat-civil/").content.decode()
    assert 'value="2020-01-01"' in page
    assert 'value="Lagarde"' in page


@pytest.mark.parametrize(
    ("slug", "field", "value", "error"),
    [
        ("etat-civil", "birth_date", "31/02/1985", "Écrivez la date ainsi : 24/11/1985."),
        ("etat-civil", "birth_date", "1885-11-24", "Vérifiez l’année"),
        ("etat-civil", "civility", "X", "Sélectionnez un choix valide"),
        ("contact", "email", "zoe.lagarde", "Vérifiez l’adresse"),
        ("contact", "email", "garde@samu.example", "Un compte a déjà cette adresse"),
        ("contact", "email", "GARDE@samu.example", "Un compte a déjà cette adresse"),
        ("contact", "phone", "12", "Ce n’est pas un numéro de téléphone français"),
        ("contact", "phone", "0899 12 34 56", "Ce n’est pas un numéro de téléphone français"),
        ("situation", "structure", "", "Cherchez la structure, puis choisissez-la"),
        ("situation", "structure", "999999999", "Cette structure n’est plus au répertoire"),
        ("situation", "territory", "paris", "Ce territoire n’est pas des vôtres"),
        ("situation", "kind", "", "Choisissez le rôle."),
        ("certification", "certified", "", "Sans cette vérification"),
    ],
)
def test_each_error_stands_at_its_field(client, maxence, slug, field, value, error):
    cast.person("garde@samu.example")
    value = str(cast.territory(*cast.PARIS).pk) if value == "paris" else value
    cast.draft(maxence)
    answer = step(client, slug, **(cast.answers() | {field: value}))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert (list(errors), error in " ".join(errors[field])) == ([field], True)
    assert text_of(answer).count(error) == 1


def test_a_date_may_be_written_as_in_french(client):
    begin(client, birth_date="24/11/1985")
    assert only().answers["birth_date"] == "24/11/1985"
    assert client.get(f"{LIST}{only().pk}/etape/contact/").status_code == 200


def test_going_back_keeps_everything_even_what_is_wrong(client):
    begin(client)
    answer = step(client, "contact", email="pas fini", phone="05", precedent="1")
    assert answer["Location"].endswith("/etape/etat-civil/")
    page = client.get(f"{LIST}{only().pk}/etape/contact/").content.decode()
    assert ('value="pas fini"' in page, 'value="05"' in page) == (True, True)
    assert 'value="Lagarde"' in client.get(answer["Location"]).content.decode()


def test_leaving_keeps_everything_and_the_draft_is_found_again(client):
    begin(client)
    answer = step(client, "contact", email="zoe@samu47.example", phone="", quitter="1")
    page = client.get(answer["Location"])
    assert "La demande est enregistrée" in text_of(page)
    assert hrefs_of(page, "Reprendre la demande") == [f"{LIST}{only().pk}/recapitulatif/"]
    recap = client.get(f"{LIST}{only().pk}/recapitulatif/")
    assert "Il manque des réponses" in text_of(recap)
    assert "Envoyer la demande" not in text_of(recap)
    assert client.post(f"{LIST}{only().pk}/recapitulatif/").status_code == 422
    listed = client.get(LIST)
    assert [line.name for line in listed.context["lines"]] == ["Zoé Lagarde"]


def test_after_a_correction_one_goes_straight_to_the_recap(client, maxence):
    cast.draft(maxence)
    assert step(client, "contact", **cast.CONTACT)["Location"].endswith("/recapitulatif/")
    changed = step(client, "etat-civil", **cast.IDENTITY | {"family_name": "Autre"})
    assert changed["Location"].endswith("/etape/certification/")


def test_the_structure_is_searched_then_chosen(client, maxence):
    for n in range(25):
        cast.structure(f"47000100{n % 10}" if n < 10 else f"4700020{n:02}", f"Clinique {n:02}")
    cast.structure()
    cast.draft(maxence, structure="", structure_text="")
    page = step(client, "situation", structure_text="clinique", chercher="1")
    assert page.status_code == 200
    assert page.content.decode().count('name="structure" value=') == 20
    assert "Plus de 19 structures" in text_of(page)
    one = step(client, "situation", structure_text="470000012", chercher="1")
    assert re.search(r'value="470000012"[^>]*checked', one.content.decode())
    none = step(client, "situation", structure_text="zzz", chercher="1", structure=cast.SAMU)
    assert "Aucune structure trouvée" in text_of(none)
    assert 'value="470000012"' in none.content.decode()


def test_a_structure_closed_since_is_asked_again(client, maxence):
    cast.draft(maxence)
    cast.structure().__class__.objects.update(closed_at=only().created_at)
    recap = client.get(f"{LIST}{only().pk}/recapitulatif/")
    assert [one.slug for one in recap.context["answers"].incomplete] == ["situation"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"family_name": "LAGARDE", "email": "autre@samu47.example"}, "née le même jour"),
        ({"family_name": "Autre"}, "Une demande est déjà en cours avec cette adresse"),
    ],
)
def test_somebody_asked_for_already_is_refused_clearly(client, maxence, changes, words):
    cast.submitted(maxence)
    other = cast.draft(maxence, **changes)
    answer = client.post(f"{LIST}{other.pk}/recapitulatif/")
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert cast.again(other).state == "draft"


def test_a_request_sent_is_no_longer_written(client, maxence):
    sent = cast.submitted(maxence)
    for address in ("recapitulatif/", "etape/contact/"):
        for method in ("get", "post"):
            answer = getattr(client, method)(f"{LIST}{sent.pk}/{address}", follow=True)
            assert "Cette demande ne peut plus être modifiée" in text_of(answer)
    assert client.get(f"{LIST}{sent.pk}/etape/autre/").status_code == 404


def test_the_question_comes_back_to_the_manager_who_answers(client, maxence, alix):
    asked = cast.in_state("needs_information", maxence, alix)
    page = client.get(f"{LIST}{asked.pk}/")
    assert "Quel est son service ?" in text_of(page)
    assert hrefs_of(page, "Compléter la demande") == [f"{LIST}{asked.pk}/recapitulatif/"]
    assert "Quel est son service ?" in text_of(client.get(f"{LIST}{asked.pk}/etape/contact/"))
    step(client, "contact", **cast.CONTACT | {"phone": "05 53 00 99 99"})
    assert cast.again(asked).phone == "05 53 00 12 34"  # what was sent stands until it is sent again
    client.post(f"{LIST}{asked.pk}/recapitulatif/")
    assert (only().number, only().phone, only().state) == (asked.number, "05 53 00 99 99", "submitted")


def test_the_manager_sees_from_everywhere_that_a_request_came_back(client, maxence, alix):
    cast.in_state("needs_information", maxence, alix)
    assert "Demandes d’inscription (1 à compléter)" in text_of(client.get("/regulateurs/"))
    assert "à compléter)" not in text_of(signed_in_by_psc(alix).get("/regulateurs/"))


def test_who_certified_is_named(client, maxence):
    cast.draft(maxence)
    page = text_of(client.get(f"{LIST}{only().pk}/etape/certification/"))
    assert "Identité vérifiée par Maxence Ducompte, le" in page


def test_abandoning_is_asked_first(client, maxence):
    sent = cast.submitted(maxence)
    assert "Abandonner la demande de Zoé Lagarde ?" in text_of(client.get(f"{LIST}{sent.pk}/abandonner/"))
    assert client.post(f"{LIST}{sent.pk}/abandonner/")["Location"] == LIST
    assert cast.again(sent).state == "abandoned"
    assert "ne peut plus être modifiée" in text_of(client.post(f"{LIST}{sent.pk}/abandonner/", follow=True))


def test_the_administrator_takes_asks_and_decides(maxence, alix):
    sent, client = cast.submitted(maxence), signed_in_by_psc(alix)
    one = f"{LIST}{sent.pk}/"
    assert "Prendre en examen" in text_of(client.get(one))
    assert "Vous examinez cette demande." in text_of(client.post(f"{one}examiner/", follow=True))
    assert client.post(f"{one}demander/", {"message": ""}).status_code == 422
    assert client.post(f"{one}demander/", {"message": "Quel service ?"})["Location"] == one
    assert cast.again(sent).state == "needs_information"
    cast.send(maxence, cast.again(sent))
    client.post(f"{one}examiner/")
    assert "Un compte est créé pour zoe.lagarde@samu47.example" in text_of(client.get(f"{one}valider/"))
    page = client.post(f"{one}valider/", follow=True)
    assert "La demande est validée : le compte est créé et son titulaire prévenu." in text_of(page)
    account = User.objects.get(email="zoe.lagarde@samu47.example")
    assert hrefs_of(page, "Voir le compte créé") == [f"/regulateurs/{account.technical_id}/"]
    assert "a changé d’état entre-temps" in text_of(client.post(f"{one}valider/", follow=True))


def test_a_rejection_says_why(maxence, alix, client):
    request = cast.in_state("in_review", maxence, alix)
    signed_in_by_psc(alix).post(f"{LIST}{request.pk}/rejeter/", {"message": "Cette personne a un RPPS."})
    page = text_of(client.get(f"{LIST}{request.pk}/"))
    assert ("La demande est rejetée" in page, "Cette personne a un RPPS." in page) == (True, True)


def test_an_address_taken_during_the_review_is_said(maxence, alix):
    request = cast.in_state("in_review", maxence, alix)
    cast.person("zoe.lagarde@samu47.example")
    page = signed_in_by_psc(alix).post(f"{LIST}{request.pk}/valider/", follow=True)
    assert "Un compte a été créé entre-temps avec cette adresse" in text_of(page)


def test_the_message_of_a_reviewer_is_never_markup(maxence, alix, client):
    request = cast.in_state("in_review", maxence, alix)
    review.reject(actor=alix, request=request, reason="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(f"{LIST}{request.pk}/").content.decode()


STATES = ["draft", "submitted", "in_review", "needs_information", "approved", "rejected", "abandoned"]


@pytest.fixture
def one_of_each(maxence, alix) -> dict[str, RegistrationRequest]:
    return {state: cast.in_state(state, maxence, alix, **cast.somebody(n)) for n, state in enumerate(STATES)}


def names(client: Client, **query: str) -> list[str]:
    lines = client.get(LIST, query).context["lines"]
    return sorted(line.name.removeprefix("Zoé ") for line in lines)


def test_counters_and_filters_agree(client, one_of_each):
    counters = {one["label"]: (one["word"], one["count"]) for one in client.get(LIST).context["counters"]}
    assert {label: count for label, (_, count) in counters.items()} == {
        "Toutes": 7, "À examiner": 2, "Brouillons": 1, "Envoyées": 1, "En examen": 1, "À compléter": 1, "Validées": 1,
        "Rejetées": 1, "Abandonnées": 1,
    }  # fmt: skip
    for word, count in counters.values():
        assert len(names(client, etat=word)) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("essai 002", ["Essai 002"]), ("zoé ESSAI 002", ["Essai 002"]), ("002 zoe", ["Essai 002"]),
        ("essai", [f"Essai {n:03}" for n in range(7)]), ("personne", []), ("%", [f"Essai {n:03}" for n in range(7)]),
    ],
)  # fmt: skip
def test_people_are_found_by_any_of_their_names(client, one_of_each, text, expected):
    assert names(client, texte=text) == expected


def test_a_number_finds_its_request(client, one_of_each):
    number = one_of_each["approved"].number
    assert names(client, texte=number) == ["Essai 004"]
    assert names(client, texte=f" {number.lower()} ") == ["Essai 004"]
    assert len(names(client, texte=number[:9])) == 6


def test_nonsense_counts_for_nothing(client, one_of_each):
    assert len(names(client, etat="x", page="y")) == 7


def test_the_list_stays_cheap_whatever_its_length(client, maxence):
    client.get(LIST)
    costs = []
    for first, last in ((0, 1), (1, 3), (3, 200)):
        for n in range(first, last):
            drafts.open_draft(actor=maxence, draft_id=UUID(int=n + 1), answers=cast.IDENTITY | cast.somebody(n))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(LIST).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] == costs[2] <= MOST_QUERIES
    assert len(names(client)) == 50


def test_the_administration_counts_what_waits_and_leads_there(maxence, alix):
    cast.submitted(maxence)
    client = signed_in_by_psc(alix)
    page = client.get("/gestion/")
    assert "1 à examiner" in text_of(page)
    assert hrefs_of(page, "Demandes d’inscription") == ["/inscriptions/?etat=a-examiner"]
    assert names(client, etat="a-examiner") == ["Lagarde"]
