"""The pages of both sides: naming delegates, answering, ending; whose they are, and that rights follow at once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import DelegationRequest, Practitioner
from sasportal.accounts.models import Role, RoleGrant, User
from tests.accounts.people import LOCAL, patient, signed_in_by_psc
from tests.communities import cast

ANNE = cast.rpps(1)
OF_ANNE = f"/effecteur/{ANNE}/delegues/"
OF_AGENAIS = f"/structures/{cast.AGENAIS}/delegues/"
MINE = "/delegations/"
SENT = {"qui": "3990000001/SEC0001", "jusquau": "2027-06-30", "pour": ["agenda", "settings"]}


def url(name: str, request: DelegationRequest | None = None) -> str:
    found = request or DelegationRequest.objects.get()
    return reverse(f"directory:delegations:{name}", args=[found.pk])


def errors(response: Any) -> dict[str, list[str]]:
    return {field: list(said) for field, said in response.context["form"].errors.items()}


def test_an_effector_names_a_delegate_who_acts_and_is_dismissed(anne: User, dana: User) -> None:
    hers, his = signed_in_by_psc(anne), signed_in_by_psc(dana)
    agenda = f"/effecteur/{ANNE}/agenda/"
    page = hers.post(OF_ANNE, SENT, follow=True)
    [line] = page.context["lines"]
    assert (line.delegate, line.what, line.state) == (
        "3990000001/SEC0001",
        "Proposer et retirer des créneaux ; tenir à jour absences, téléphones et réglages", "en attente",
    )  # fmt: skip
    assert his.get(agenda).status_code == 403
    [asked] = his.get(MINE).context["waiting"]
    assert (asked.principal, asked.by) == ("Dr Anne TENUE", "Anne Tenue")
    page = his.post(url("accept"), follow=True)
    assert "Vous pouvez désormais agir pour Dr Anne TENUE." in page.content.decode()
    assert his.get(agenda).status_code == 200
    assert hers.get(url("end")).status_code == 200
    assert hers.get(OF_ANNE).context["lines"][0].delegate == "Dana Secrétaire (3990000001/SEC0001)"
    hers.post(url("end"))
    assert his.get(agenda).status_code == 403  # the very next request
    assert [one.state for one in his.get(MINE).context["over"]] == ["terminée"]


def test_a_structure_names_a_delegate_who_manages_and_is_dismissed(dana: User) -> None:
    hers, his = signed_in_by_psc(cast.manager()), signed_in_by_psc(dana)
    overview = f"/structures/{cast.AGENAIS}/"
    hers.post(OF_AGENAIS, SENT)
    assert his.get(overview).status_code == 403
    his.post(url("accept"))
    page = his.get(overview)
    assert (page.status_code, page.context["for_whom"]) == (200, "CPTS de l'Agenais")
    assert "Délégués" not in [item.label for item in page.context["menu"]]
    hers.post(url("end"))
    assert his.get(overview).status_code == 403


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"qui": "Dana"}, {"qui": ["Écrivez un numéro RPPS (11 chiffres), un identifiant Pro Santé Connect, "
                                   "ou une adresse électronique."]}),
        ({"qui": ANNE}, {"qui": ["Une délégation se donne à une autre personne."]}),
        ({"pour": []}, {"pour": ["Choisissez au moins une chose que cette personne pourra faire."]}),
        ({"jusquau": "2026-11-15"}, {"jusquau": ["Le dernier jour est passé."]}),
        ({"jusquau": "2029-01-01"}, {"jusquau": ["Une délégation dure deux ans au plus : jusqu’au 16/11/2028. "
                                                 "Vous pourrez la renouveler."]}),
        ({"jusquau": ""}, {"jusquau": ["Ce champ est obligatoire."]}),
        ({"qui": "a\0b"}, {"qui": ["Le caractère nul n’est pas autorisé."]}),
    ],
)  # fmt: skip
def test_each_error_is_said_at_its_field(anne: User, sent: dict[str, Any], expected: dict) -> None:
    response = signed_in_by_psc(anne).post(OF_ANNE, SENT | sent)
    assert (response.status_code, errors(response)) == (422, expected)
    assert DelegationRequest.objects.count() == 0


def test_declining_leaves_no_right(anne: User, dana: User) -> None:
    signed_in_by_psc(anne).post(OF_ANNE, SENT)
    page = signed_in_by_psc(dana).post(url("decline"), follow=True)
    assert "Vous avez refusé d’agir pour Dr Anne TENUE." in page.content.decode()
    assert RoleGrant.objects.filter(user=dana).count() == 0
    again = signed_in_by_psc(dana).post(url("accept"), follow=True)
    assert "Cette délégation n’en est plus là" in again.content.decode()


def user_of(who: str) -> User:
    match who:
        case "effector":
            return cast.person(ANNE, Role.EFFECTOR)
        case "delegate of everything":
            return cast.person("899700000054", Role.DELEGATE, national_id=ANNE)
        case "delegate of the structure":
            return cast.person("899700000054", Role.DELEGATE, finess=cast.AGENAIS)
        case "manager":
            return cast.manager()
        case "manager elsewhere":
            return cast.manager(cast.BORDEAUX)
        case "admin":
            return cast.admin()
        case "another effector":
            return cast.person(cast.rpps(2), Role.EFFECTOR)
        case "regulator":
            return cast.person("899700000013", Role.REGULATOR)
        case "nobody":
            return cast.person("899700000096")
    raise AssertionError(who)


@pytest.mark.usefixtures("anne")
@pytest.mark.parametrize(
    ("who", "practitioner", "structure"),
    [
        ("effector", 200, 403),
        ("delegate of everything", 403, 403),
        ("delegate of the structure", 403, 403),
        ("manager", 403, 200),
        ("manager elsewhere", 403, 403),
        ("admin", 200, 200),
        ("another effector", 403, 403),
        ("regulator", 403, 403),
        ("nobody", 403, 403),
    ],
)
def test_who_names_delegates_for_whom(who: str, practitioner: int, structure: int) -> None:
    asked = {
        OF_ANNE: DelegationRequest.objects.create(
            national_id=ANNE, delegate_id="899700000077", ends_on="2027-01-01", scopes=["agenda"], asked_by="x"
        ),
        OF_AGENAIS: DelegationRequest.objects.create(
            finess=cast.AGENAIS, delegate_id="899700000077", ends_on="2027-01-01", asked_by="x"
        ),
    }
    client = signed_in_by_psc(user_of(who))
    for address, status in ((OF_ANNE, practitioner), (OF_AGENAIS, structure)):
        end = url("end", asked[address])
        assert [client.get(address).status_code, client.get(end).status_code] == [status] * 2
        assert client.post(address, {}).status_code == (422 if status == 200 else status)
        assert client.post(end).status_code == (302 if status == 200 else status)
        answers = [client.post(url(name, asked[address])).status_code for name in ("accept", "decline")]
        assert answers == [404, 404]
    assert client.get(MINE).status_code == 200


def test_a_principal_who_left_the_directory_has_no_page_but_his_delegate_may_renounce(anne: User, dana: User) -> None:
    signed_in_by_psc(anne).post(OF_ANNE, SENT)
    signed_in_by_psc(dana).post(url("accept"))
    Practitioner.objects.update(closed_at=cast.MONDAY)
    assert signed_in_by_psc(anne).get(url("end")).status_code == 404
    assert signed_in_by_psc(dana).post(url("end")).status_code == 302
    assert DelegationRequest.objects.get().state == "revoked"


@pytest.mark.usefixtures("anne")
@pytest.mark.parametrize("national_id", ["%00", "x" * 400, "899799999999", "%F0%9F%92%A9"])
def test_numbers_that_are_none_are_refused_not_broken(national_id: str) -> None:
    statuses = [
        signed_in_by_psc(user_of(who)).get(f"/effecteur/{national_id}/delegues/").status_code
        for who in ("effector", "delegate of everything", "admin")
    ]
    assert statuses == [403, 403, 403 if national_id == "%00" else 404]


@pytest.mark.usefixtures("monday")
def test_visitors_and_patients_are_sent_away() -> None:
    patients = Client()
    patients.force_login(patient(), backend=LOCAL)
    for address in (OF_ANNE, OF_AGENAIS, MINE):
        for client in (Client(), patients):
            assert client.get(address).url == f"/connexion/?next={address}"


@pytest.mark.parametrize("how_many", [1, 9])
def test_as_many_queries_for_one_as_for_nine(
    anne: User, dana: User, how_many: int, django_assert_num_queries: Any
) -> None:
    for number in range(how_many):
        DelegationRequest.objects.create(
            national_id=ANNE, delegate_id=f"8997000001{number:02}", ends_on="2027-01-01", scopes=["agenda"],
            asked_by=str(anne.technical_id),
        )  # fmt: skip
        DelegationRequest.objects.create(
            national_id=f"8997000002{number:02}", delegate_id=dana.national_id, ends_on="2027-01-01",
            scopes=["agenda"], asked_by=str(anne.technical_id),
        )  # fmt: skip
    hers, his = signed_in_by_psc(anne), signed_in_by_psc(dana)
    hers.get(OF_ANNE)
    with django_assert_num_queries(8):
        hers.get(OF_ANNE)
    his.get(MINE)
    with django_assert_num_queries(6):
        his.get(MINE)
