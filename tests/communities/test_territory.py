"""The communes of a CPTS: understood as people write them, added, removed, replaced after a preview."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directory.communities.communes import understand
from directory.communities.territory import change_territory, codes_of, read_territory
from directory.models import Commune, CptsCommune
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast


def url(name: str = "territory") -> str:
    return reverse(f"directory:communities:{name}", args=[cast.AGENAIS])


@pytest.fixture
def browser(sacha: User) -> Client:
    return signed_in_by_psc(sacha)


@pytest.fixture
def namesakes(db: None) -> None:
    for insee, department in (("47999", "47"), ("33999", "33")):
        Commune.objects.create(
            insee=insee, name="Sainte-Épreuve", search_name="sainte epreuve", postal_codes=[insee],
            department_id=department, lat=44, lon=0,
        )  # fmt: skip


@pytest.mark.usefixtures("namesakes")
@pytest.mark.parametrize(
    ("text", "codes", "faults"),
    [
        ("47001", ("47001",), ()),
        ("47001 Agen\n\n  33063\tBordeaux\n47001", ("47001", "33063"), ()),
        ("agen\nBORDEAUX (33)", ("47001", "33063"), ()),
        ("Ste Épreuve (47)\nsainte-epreuve 33", ("47999", "33999"), ()),
        ("2A004", ("2A004",), ()),
        (
            "Sainte-Épreuve",
            (),
            (
                "Ligne 1, « Sainte-Épreuve » : plusieurs communes portent ce nom (Sainte-Épreuve 33999, "
                "Sainte-Épreuve 47999). Écrivez le code INSEE.",
            ),
        ),
        ("47001\n47000\nAgen", ("47001",), ("Ligne 2, « 47000 » : c’est un code postal. Codes INSEE : Agen 47001.",)),
        (
            "00000\nNullepart\nSainte-Épreuve (75)",
            (),
            (
                "Ligne 1, « 00000 » : aucune commune n’a ce code INSEE.",
                "Ligne 2, « Nullepart » : aucune commune de ce nom. Écrivez son code INSEE.",
                "Ligne 3, « Sainte-Épreuve (75) » : aucune commune de ce nom. Écrivez son code INSEE.",
            ),
        ),
        ("47001\n" * 601, (), ("601 lignes : 600 au plus à la fois.",)),
        ("<script>\0", (), ("Ligne 1, « <script>\0 » : aucune commune de ce nom. Écrivez son code INSEE.",)),
    ],
)
def test_communes_are_understood_as_people_write_them(
    text: str, codes: tuple[str, ...], faults: tuple[str, ...]
) -> None:
    found = understand(text)
    assert (found.codes, found.faults) == (codes, faults)


@pytest.mark.django_db
def test_three_queries_for_any_number_of_lines(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        understand("\n".join(["47001", "Agen", "47000", "Nullepart"] * 100))


def test_adding_says_what_came_and_leaves_a_trace(browser: Client, sacha: User) -> None:
    page = browser.post(url(), {"communes": "Agen\n33063"}, follow=True)
    assert [str(one) for one in page.context["messages"]] == [
        "2\u00a0communes ajoutées : Agen (47001) et Bordeaux (33063)."
    ]
    assert codes_of(cast.AGENAIS) == ["33063", "47001"]
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.target, entry.detail) == (
        "structure.territory_changed", cast.AGENAIS, {"added": ["33063", "47001"], "removed": []},
    )  # fmt: skip
    again = browser.post(url(), {"communes": "Agen"}, follow=True)
    assert [str(one) for one in again.context["messages"]] == ["Ces communes y étaient déjà."]
    assert Entry.objects.latest("id") == entry


def test_a_line_that_means_nothing_refuses_all(browser: Client) -> None:
    response = browser.post(url(), {"communes": "Agen\nNullepart"})
    assert response.status_code == 422
    assert response.context["form"].errors["communes"] == [
        "Ligne 2, « Nullepart » : aucune commune de ce nom. Écrivez son code INSEE."
    ]
    assert codes_of(cast.AGENAIS) == []


def test_a_commune_of_two_cpts_is_said_to_be(browser: Client, sacha: User) -> None:
    CptsCommune.objects.create(finess=cast.BORDEAUX, insee="47001")
    change_territory(actor=sacha, code=cast.AGENAIS, add=["47001", "33063"])
    assert [(one.name, one.also) for one in read_territory(cast.AGENAIS)] == [
        ("Agen", ("CPTS Bordeaux Rives",)), ("Bordeaux", ()),
    ]  # fmt: skip
    assert "1\u00a0commune de cette liste appartient aussi" in browser.get(url()).content.decode()


def test_ticked_communes_are_removed(browser: Client, sacha: User) -> None:
    change_territory(actor=sacha, code=cast.AGENAIS, add=["47001", "33063"])
    browser.post(url("territory_remove"), {"retirer": ["47001"]})
    assert codes_of(cast.AGENAIS) == ["33063"]
    browser.post(url("territory_remove"), {"retirer": ["75056"]})
    browser.post(url("territory_remove"))
    assert codes_of(cast.AGENAIS) == ["33063"]


def test_the_whole_list_is_replaced_after_a_preview(browser: Client, sacha: User) -> None:
    change_territory(actor=sacha, code=cast.AGENAIS, add=["47001", "33063"])
    form = browser.get(url("territory_replace")).context["form"]
    assert form["liste"].value() == "47001 Agen\n33063 Bordeaux"
    wanted = {"liste": "47001 Agen\nCergy", "enregistrer": "1"}
    seen = browser.post(url("territory_replace"), wanted).context["seen"]
    assert (seen["add"], seen["gone"]) == (["Cergy (95127)"], ["Bordeaux (33063)"])
    assert codes_of(cast.AGENAIS) == ["33063", "47001"]
    browser.post(url("territory_replace"), wanted | {"vu": seen["mark"]})
    assert codes_of(cast.AGENAIS) == ["47001", "95127"]


def test_what_was_previewed_on_another_list_is_previewed_again(browser: Client, sacha: User) -> None:
    wanted = {"liste": "47001", "enregistrer": "1"}
    seen = browser.post(url("territory_replace"), wanted).context["seen"]
    change_territory(actor=sacha, code=cast.AGENAIS, add=["33063"])
    response = browser.post(url("territory_replace"), wanted | {"vu": seen["mark"]})
    assert (response.status_code, response.context["seen"]["gone"]) == (200, ["Bordeaux (33063)"])
    assert codes_of(cast.AGENAIS) == ["33063"]


def test_a_code_that_the_commune_file_lost_can_be_kept(browser: Client) -> None:
    CptsCommune.objects.create(finess=cast.AGENAIS, insee="47998")
    wanted = {"liste": "47998\n47001", "enregistrer": "1"}
    seen = browser.post(url("territory_replace"), wanted).context["seen"]
    browser.post(url("territory_replace"), wanted | {"vu": seen["mark"]})
    assert codes_of(cast.AGENAIS) == ["47001", "47998"]
    assert "Commune inconnue du fichier des communes" in browser.get(url()).content.decode()
