"""The profile: written, vouched for, never over somebody else's change; hours checked at their field."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.communities.profile import ProfileChanged, Said, confirm_profile, read_profile, save_profile
from directory.models import StructureProfile
from directory.structures import structure_card
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast

WEEK = {"mon": [["08:30", "12:30"], ["14:00", "18:30"]], "sat": [["09:00", "12:00"]]}
SAID = Said(description="Soins non programmés.", phone="01 99 00 12 34", opening_hours=WEEK)
SENT = {
    "description": "Soins non programmés.", "phone": "+33 1 99 00 12 34", "mon_0": "08:30", "mon_1": "12:30",
    "mon_2": "14:00", "mon_3": "18:30", "sat_0": "9h", "sat_1": "12h",
}  # fmt: skip


def url(name: str, code: str = cast.AGENAIS) -> str:
    return reverse(f"directory:communities:{name}", args=[code])


def saved(actor: User, said: Said = SAID) -> None:
    save_profile(actor=actor, code=cast.AGENAIS, said=said, seen=read_profile(cast.AGENAIS).said.fingerprint)


@pytest.fixture
def browser(sacha: User, monday: Any) -> Iterator[Client]:
    return signed_in_by_psc(sacha)


def errors(response: Any) -> dict[str, list[str]]:
    return {field: list(said) for field, said in response.context["form"].errors.items()}


def test_saving_writes_what_regulators_see_and_vouches_for_it(browser: Client) -> None:
    kept = read_profile(cast.AGENAIS)
    response = browser.post(url("profile"), SENT | {"vu": kept.said.fingerprint})
    assert (response.status_code, response.url) == (302, url("overview"))
    assert read_profile(cast.AGENAIS).said == SAID
    card = structure_card(cast.AGENAIS)
    assert card is not None
    assert (card.description, card.phone, card.opening_hours) == (SAID.description, SAID.phone, WEEK)
    assert card.confirmed_at == cast.MONDAY
    assert Entry.objects.latest("id").action == "structure.profile_changed"


def test_the_form_says_again_what_is_kept(browser: Client, sacha: User) -> None:
    saved(sacha)
    form = browser.get(url("profile")).context["form"]
    said = {name: form[name].value() for name in form.fields if form[name].value()}
    assert said == {
        "description": SAID.description, "phone": SAID.phone, "vu": SAID.fingerprint, "mon_0": "08:30",
        "mon_1": "12:30", "mon_2": "14:00", "mon_3": "18:30", "sat_0": "09:00", "sat_1": "12:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"mon_0": "08:00"}, {"mon_1": ["Indiquez le début et la fin."]}),
        ({"mon_1": "08:00"}, {"mon_0": ["Indiquez le début et la fin."]}),
        ({"mon_0": "09:00", "mon_1": "09:00"}, {"mon_1": ["La fin doit suivre le début (minuit s’écrit 23:59)."]}),
        (
            {"tue_0": "09:00", "tue_1": "13:00", "tue_2": "12:00", "tue_3": "18:00"},
            {"tue_2": ["La seconde plage doit commencer après la fin de la première."]},
        ),
        ({"sun_2": "10:00", "sun_3": "08:00"}, {"sun_3": ["La fin doit suivre le début (minuit s’écrit 23:59)."]}),
        ({"wed_0": "25:00", "wed_1": "26:00"}, {"wed_0": ["Saisissez une heure valide."],
                                                "wed_1": ["Saisissez une heure valide."]}),
        ({"phone": "0899 70 12 34"},
         {"phone": ["Écrivez un numéro français non surtaxé, par exemple 05 53 00 00 00."]}),
        ({"phone": "<script>"}, {"phone": ["Écrivez un numéro français non surtaxé, par exemple 05 53 00 00 00."]}),
        ({"description": "x" * 2001},
         {"description": ["Assurez-vous que cette valeur comporte au plus 2000 caractères (actuellement 2001)."]}),
        ({"description": "a\0b"}, {"description": ["Le caractère nul n’est pas autorisé."]}),
    ],
)  # fmt: skip
def test_each_error_is_said_at_its_field(browser: Client, sent: dict[str, str], expected: dict) -> None:
    response = browser.post(url("profile"), sent)
    assert response.status_code == 422
    assert errors(response) == expected
    assert StructureProfile.objects.count() == 0


def test_a_second_range_alone_is_a_range(browser: Client) -> None:
    browser.post(url("profile"), {"fri_2": "14:00", "fri_3": "18:00", "vu": Said().fingerprint})
    assert read_profile(cast.AGENAIS).said.opening_hours == {"fri": [["14:00", "18:00"]]}


def test_who_comes_second_is_told_and_overwrites_nothing(browser: Client, sacha: User) -> None:
    page = browser.get(url("profile")).context["form"]
    saved(sacha)
    response = browser.post(url("profile"), {"description": "Autre chose", "vu": page["vu"].value()})
    assert response.status_code == 422
    assert response.context["form"].non_field_errors()[0].startswith("La fiche a été modifiée par quelqu’un d’autre")
    assert response.context["form"]["description"].value() == "Autre chose"
    assert read_profile(cast.AGENAIS).said == SAID
    again = browser.post(url("profile"), {"description": "Autre chose", "vu": response.context["form"]["vu"].value()})
    assert again.status_code == 302
    assert read_profile(cast.AGENAIS).said == Said(description="Autre chose")


def test_the_same_form_sent_twice_says_the_same(browser: Client) -> None:
    sent = SENT | {"vu": Said().fingerprint}
    assert [browser.post(url("profile"), sent).status_code for _ in range(2)] == [302, 302]
    assert read_profile(cast.AGENAIS).said == SAID


def test_a_profile_is_due_after_ninety_days_and_confirmed_with_a_button(
    browser: Client, sacha: User, monday: Any
) -> None:
    saved(sacha)
    assert browser.get(url("overview")).context["due"] is False
    monday.shift(timedelta(days=90))
    browser = signed_in_by_psc(sacha)
    page = browser.get(url("overview"))
    assert (page.context["due"], "Fiche confirmée il y a plus de 90 jours" in page.content.decode()) == (True, True)
    browser.post(url("confirm"), {"vu": page.context["confirm"]["vu"].value()})
    kept = StructureProfile.objects.get()
    assert (kept.confirmed_at, kept.reminded_at) == (timezone.now(), None)
    assert Entry.objects.latest("id").action == "structure.profile_confirmed"


def test_what_changed_meanwhile_is_not_confirmed_unread(sacha: User, monday: Any) -> None:
    saved(sacha)
    monday.shift(timedelta(days=1))
    with pytest.raises(ProfileChanged):
        confirm_profile(actor=sacha, code=cast.AGENAIS, seen=Said().fingerprint)
    assert StructureProfile.objects.get().confirmed_at == cast.MONDAY


def test_a_structure_that_never_said_anything_is_due(browser: Client) -> None:
    page = browser.get(url("overview"))
    assert page.context["due"] is True
    assert page.context["profile"].said.missing == ["la présentation", "le téléphone", "les horaires"]
    assert "Fiche jamais confirmée" in page.content.decode()
