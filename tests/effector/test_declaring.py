"""Declaring from the effector's pages: a form, its effect, the order; each error at its field."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from directory.models import Participation
from directory.participation import Declaration, declare
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.accounts.people import signed_in_by_psc
from tests.agenda.cast import LILAS, MESURE
from tests.agenda_pages.pages import text_of
from tests.booking import own_cast as cast

pytestmark = pytest.mark.django_db
BASE = f"/effecteur/{cast.ANNE}/participation/"
UNKNOWN = "Aucune structure de ce type n’a ce nom ou ce numéro."
CPTS = {"via": "cpts", "structure": "lilas", "ou": "partout"}


@pytest.fixture
def client(anne: User) -> Client:
    return signed_in_by_psc(anne)


def preview(client: Client, said: dict):
    return client.get(f"{BASE}apercu/", said, follow=True)


def rows() -> list[tuple[str, str, str]]:
    return list(Participation.objects.order_by("pk").values_list("via", "structure", "place_key"))


def test_nothing_is_written_before_the_effect_was_shown(client: Client) -> None:
    seen = preview(client, CPTS)
    assert seen.status_code == 200
    words = text_of(seen)
    assert "Aujourd’hui Rien n’est déclaré." in words
    assert "Via la CPTS des Lilas, à tous les lieux, depuis le" in words
    assert rows() == []


def test_confirming_writes_it_and_says_so(client: Client, anne: User) -> None:
    done = client.post(f"{BASE}declarer", CPTS, follow=True)
    assert "Les régulateurs le voient dès leur prochaine recherche." in text_of(done)
    assert rows() == [("cpts", LILAS, "")]
    entry = Entry.objects.get(action="participation.declared")
    assert (entry.actor, entry.target) == (str(anne.technical_id), cast.ANNE)
    assert Participation.objects.get().declared_by == str(anne.technical_id)


def test_the_next_search_finds_him_so(client: Client) -> None:
    client.post(f"{BASE}declarer", CPTS)
    (candidate,) = cast.candidates([cast.ANNE])
    assert candidate.participation is not None
    assert (candidate.participation.via, candidate.participation.structure) == ("cpts", LILAS)


def test_own_slots_kept_for_the_cpts_would_appear_and_disappear_again(client: Client, anne: User) -> None:
    cast.offered(types=["CPTS"])
    cast.offered(start=cast.in_two_hours() + timedelta(hours=1), types=["SNP"])
    seen = text_of(preview(client, CPTS))
    assert "Apparaîtraient : 1" in seen
    assert "Caché aujourd’hui : Le professionnel n’a pas déclaré participer au SAS via une CPTS." in seen
    assert "Sans changement : 1." in seen
    declare(actor=anne, national_id=cast.ANNE, declaration=Declaration(via="cpts", structure=LILAS))
    seen = text_of(preview(client, {"via": "individual", "ou": "partout"}))
    assert ("Apparaîtraient : 0" in seen, "Disparaîtraient : 1" in seen) == (True, True)


def test_places_dates_and_a_second_way(client: Client, anne: User) -> None:
    declare(actor=anne, national_id=cast.ANNE, declaration=Declaration(via="individual"))
    first = timezone.localdate() + timedelta(days=10)
    said = CPTS | {
        "ou": "choix", "lieux": ["lilas"], "du": first.isoformat(), "au": (first + timedelta(days=9)).isoformat(),
        "avec": "on",
    }  # fmt: skip
    seen = text_of(preview(client, said))
    assert "À titre individuel, à tous les lieux, depuis le" in seen
    assert "Via la CPTS des Lilas, à : 12 rue des Lilas, 47000 Agen, du" in seen
    client.post(f"{BASE}declarer", said)
    row = Participation.objects.get(via="cpts")
    assert (row.place_key, row.ends_at - row.starts_at) == ("lilas", timedelta(days=10))
    assert Participation.objects.get(via="individual").ends_at is None


def test_what_is_already_declared_is_said_and_cannot_be_saved(client: Client, anne: User) -> None:
    declare(actor=anne, national_id=cast.ANNE, declaration=Declaration(via="individual"))
    seen = preview(client, {"via": "individual", "ou": "partout"})
    assert "C’est déjà ce qui est déclaré" in text_of(seen)
    assert ">Enregistrer<" not in seen.content.decode()


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({}, "via", "Ce champ est obligatoire."),
        ({"via": "cpts"}, "structure", "Indiquez la structure par laquelle vous participez."),
        (
            {"via": "cpts", "structure": "nulle part"},
            "structure",
            "Aucune structure de ce type n’a ce nom ou ce numéro.",
        ),
        ({"via": "msp", "structure": LILAS}, "structure", "Aucune structure de ce type n’a ce nom ou ce numéro."),
        ({"via": "cpts", "structure": "cpts"}, "structure", "Choisissez la vôtre ci-dessous."),
        ({"via": "individual", "ou": "choix"}, "lieux", "Cochez au moins un lieu."),
        ({"via": "individual", "ou": "choix", "lieux": ["ailleurs"]}, "lieux", None),
        ({"via": "individual", "du": "2020-01-01"}, "du", "Une déclaration ne commence pas dans le passé."),
        ({"via": "individual", "au": "2020-01-01"}, "au", "La fin doit suivre le début."),
        ({"via": "individual", "du": "demain"}, "du", "Saisissez une date valide."),
        ({"via": "tout"}, "via", None),
        ({"via": "cpts", "structure": "\0" * 9}, "structure", None),
    ],
)
def test_each_error_is_said_at_its_field(client: Client, said: dict, field: str, sentence: str | None) -> None:
    for answer in (preview(client, said), client.post(f"{BASE}declarer", said)):
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        if sentence:
            assert answer.context["form"].errors[field] == [sentence]
    assert rows() == []


def test_several_structures_of_a_name_are_offered(client: Client) -> None:
    asked = preview(client, CPTS | {"structure": "cpts"})
    assert [code for code, _ in asked.context["form"].candidates] == [MESURE, LILAS]
    client.post(f"{BASE}declarer", CPTS | {"structure": "cpts", "choisie": MESURE})
    assert rows() == [("cpts", MESURE, "")]


def test_the_form_comes_back_as_it_was(client: Client) -> None:
    form = client.get(f"{BASE}changer/", CPTS).content.decode()
    assert 'value="lilas"' in form


def test_the_page_says_what_is_declared(client: Client, anne: User) -> None:
    assert "Rien n’est déclaré" in text_of(client.get(BASE))
    declare(actor=anne, national_id=cast.ANNE, declaration=Declaration(via="cpts", structure=LILAS))
    assert "Via la CPTS des Lilas, à tous les lieux, depuis le" in text_of(client.get(BASE))
