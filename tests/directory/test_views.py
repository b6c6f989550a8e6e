"""Suggestions over HTTP, for regulators alone; admin screens that keep national data as it came."""

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import Department, Participation, Structure
from sasportal.accounts.models import Role, RoleGrant, User
from tests.accounts.people import signed_in_by_psc
from tests.directory.people import doctor_at, practitioner

pytestmark = pytest.mark.django_db


def client_of(name: str, *roles: Role) -> Client:
    user = User.objects.create(username=name, national_id=f"89970000{name}")
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, regulator_kind="osnp" if role == Role.REGULATOR else "")
    return signed_in_by_psc(user)


@pytest.fixture
def regulator() -> Client:
    return client_of("0013", Role.REGULATOR)


def test_suggestions_for_both_boxes(regulator: Client) -> None:
    answer = regulator.get("/sas/suggestions/ou", {"q": "age"})
    assert answer.json() == {"suggestions": [{"group": "Communes", "label": "Agen (47)", "value": "Agen (47)"}]}
    answer = regulator.get(reverse("directory:suggest_needs"), {"q": "kiné"})
    label = "Masseur-kinésithérapeute"
    assert answer.json() == {
        "suggestions": [{"group": "Professions et spécialités", "label": label, "value": label}]
    }  # fmt: skip


@pytest.mark.parametrize("query", ["", "a", "%", "x" * 5_000, "\u0000\u202e", "' OR 1=1"])
def test_hostile_text_gives_an_empty_list(regulator: Client, query: str) -> None:
    for address in ("/sas/suggestions/ou", "/sas/suggestions/quoi"):
        answer = regulator.get(address, {"q": query})
        assert (answer.status_code, answer.json()) == (200, {"suggestions": []})


@pytest.mark.parametrize("address", ["/sas/suggestions/ou", "/sas/suggestions/quoi"])
def test_strangers_get_nothing(address: str) -> None:
    assert Client().get(address, {"q": "agen"}).status_code == 302
    assert client_of("0054", Role.EFFECTOR).get(address, {"q": "agen"}).status_code == 403
    assert client_of("0062").get(address, {"q": "agen"}).status_code == 403
    assert client_of("0021", Role.REGULATOR).post(address).status_code == 405


@pytest.mark.parametrize("rows", [1, 3, 200])
def test_suggestions_in_a_few_queries(regulator: Client, rows: int, django_assert_max_num_queries) -> None:
    for number in range(rows):
        practitioner(number, family=f"MARTEL{number}")
    with django_assert_max_num_queries(9):
        answer = regulator.get("/sas/suggestions/quoi", {"q": "mart"})
    assert len(answer.json()["suggestions"]) == min(rows, 8)


@pytest.fixture
def admin() -> Client:
    return client_of("0099", Role.ADMIN)


def test_every_admin_list_opens(admin: Client) -> None:
    doctor_at(1)
    Structure.objects.create(finess="475000001", category="604", name="CPTS", search_name="cpts")
    names = [
        "practitioner", "structure", "commune", "importrun", "department", "specialty", "specialtyradius",
        "structureprofile", "cptscommune", "sosplace", "geocode", "effectorsettings", "absence", "participation",
    ]  # fmt: skip
    opened = {name: admin.get(f"/admin/directory/{name}/", {"q": "é"}).status_code for name in names}
    assert opened == dict.fromkeys(names, 200)


def test_national_data_cannot_be_written_in_the_admin(admin: Client) -> None:
    doctor_at(1)
    assert admin.get("/admin/directory/practitioner/899700000001/change/").status_code == 200
    for address in (
        "practitioner/add/", "practitioner/899700000001/change/", "practitioner/899700000001/delete/",
        "commune/47001/change/", "structure/add/", "importrun/add/",
    ):  # fmt: skip
        assert admin.post(f"/admin/directory/{address}", {"family_name": "AUTRE"}).status_code == 403, address


def test_a_radius_can_be_changed(admin: Client) -> None:
    fields = {"radius_km": "35", "time_zone": "Europe/Paris"}
    assert admin.post("/admin/directory/department/47/change/", fields).status_code == 302
    assert Department.objects.get(pk="47").radius_km == 35


def test_participation_is_added_by_declaring_and_never_edited(admin: Client) -> None:
    practitioner(1)
    Structure.objects.create(finess="475000001", category="604", name="CPTS")
    add = "/admin/directory/participation/add/"
    for fields in ({"via": "individual"}, {"via": "cpts", "structure": "475000001"}):
        assert admin.post(add, {"national_id": "99700000001", **fields}).status_code == 302
    declared = Participation.objects.order_by("pk")
    assert [(p.national_id, p.via, p.ends_at is None) for p in declared] == [
        ("899700000001", "individual", False), ("899700000001", "cpts", True),
    ]  # fmt: skip
    refused = admin.post(add, {"national_id": "99700000001", "via": "cpts", "structure": "475000009"})
    assert "Aucune structure ouverte de type CPTS sous le numéro 475000009." in refused.content.decode()
    for address in ("change/", "delete/"):
        answer = admin.post(f"/admin/directory/participation/{declared[0].pk}/{address}", {"via": "none"})
        assert answer.status_code == 403
    assert Participation.objects.count() == 2
