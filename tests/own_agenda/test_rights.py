"""Role × page × agenda (own, other): every page asks whose agenda it is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agenda.own import feed, series
from agenda.own.models import CalendarFeed, Occurrence
from directory.effectors.rights import EffectorOfSomebodyElse, EffectorUnknown, load_effector
from sasportal.accounts.models import DelegateScope, Role, RoleGrant, User
from tests.accounts.people import LOCAL, patient, signed_in_by_psc
from tests.own_agenda import cast

PAGES = [
    ("get", "week"), ("get", "add"), ("post", "add"), ("get", "change"), ("post", "change"), ("get", "withdraw"),
    ("post", "withdraw"), ("get", "address"), ("post", "address"), ("post", "revoke"),
]  # fmt: skip


def user_of(who: str) -> User:
    match who:
        case "effector":
            return cast.effector()
        case "delegate":
            return cast.person("899700000054", Role.DELEGATE, national_id=cast.ANNE)
        case "admin":
            return cast.person("899700000062", Role.ADMIN)
        case "regulator":
            return cast.person("899700000013", Role.REGULATOR)
        case "structure manager":
            return cast.person("899700000070", Role.STRUCTURE_MANAGER, finess="470000101")
        case "account manager":
            return cast.person("899700000088", Role.ACCOUNT_MANAGER)
        case "her national id, without a right":
            return cast.person(cast.ANNE)
        case "nobody":
            return cast.person("899700000096")
    raise AssertionError(who)


@pytest.fixture
def agendas(db, monday) -> dict[str, Occurrence]:
    """One slot in Anne's agenda ("own" to those who have a right on it) and one in Bruno's."""
    for national_id, name in ((cast.ANNE, "Anne"), (cast.BRUNO, "Bruno")):
        cast.practitioner(national_id, given_name=name)
    admin = cast.person("899700000062", Role.ADMIN)
    return {
        of: series.open_series(actor=admin, national_id=of, plan=cast.plan()).occurrences.get()
        for of in (cast.ANNE, cast.BRUNO)
    }


def statuses(client: Client, of: str, row: Occurrence) -> list[int]:
    found = []
    for method, name in PAGES:
        more = [row.pk] if name in {"change", "withdraw"} else []
        found.append(getattr(client, method)(reverse(f"agenda:own:{name}", args=[of, *more])).status_code)
        Occurrence.objects.filter(pk=row.pk).update(cancelled=False)
    return found


ALLOWED = [200, 200, 422, 200, 422, 200, 302, 200, 200, 302]
REFUSED = [403] * len(PAGES)


@pytest.mark.parametrize(
    ("who", "own", "other"),
    [
        ("effector", ALLOWED, REFUSED),
        ("delegate", ALLOWED, REFUSED),
        ("admin", ALLOWED, ALLOWED),
        ("regulator", REFUSED, REFUSED),
        ("structure manager", REFUSED, REFUSED),
        ("account manager", REFUSED, REFUSED),
        ("her national id, without a right", REFUSED, REFUSED),
        ("nobody", REFUSED, REFUSED),
    ],
)
def test_who_opens_what(agendas: dict[str, Occurrence], who: str, own: list[int], other: list[int]) -> None:
    client = signed_in_by_psc(user_of(who))
    assert statuses(client, cast.ANNE, agendas[cast.ANNE]) == own
    assert statuses(client, cast.BRUNO, agendas[cast.BRUNO]) == other


def test_an_occurrence_of_somebody_else_is_not_found_under_ones_own_address(agendas: dict[str, Occurrence]) -> None:
    client = signed_in_by_psc(user_of("effector"))
    bruno = agendas[cast.BRUNO].pk
    urls = [reverse(f"agenda:own:{name}", args=[cast.ANNE, bruno]) for name in ("change", "withdraw")]
    assert [client.post(url).status_code for url in urls] == [404, 404]
    assert Occurrence.objects.get(pk=bruno).cancelled is False


def test_a_visitor_and_a_patient_are_sent_away(agendas: dict[str, Occurrence]) -> None:
    week = reverse("agenda:own:week", args=[cast.ANNE])
    assert Client().get(week).url == f"/connexion/?next={week}"
    patients = Client()
    patients.force_login(patient(), backend=LOCAL)
    assert patients.get(week).url == f"/connexion/?next={week}"


def test_a_delegation_ended_or_to_come_opens_nothing(agendas: dict[str, Occurrence]) -> None:
    client = signed_in_by_psc(user_of("delegate"))
    week = reverse("agenda:own:week", args=[cast.ANNE])
    assert client.get(week).status_code == 200
    now = timezone.now()
    RoleGrant.objects.filter(role=Role.DELEGATE).update(starts_at=now - timedelta(days=2), ends_at=now)
    assert client.get(week).status_code == 403
    RoleGrant.objects.filter(role=Role.DELEGATE).update(starts_at=now + timedelta(days=1), ends_at=None)
    assert client.get(week).status_code == 403


def test_a_delegate_sees_for_whom_he_acts(agendas: dict[str, Occurrence]) -> None:
    url = reverse("agenda:own:add", args=[cast.ANNE])
    seen = signed_in_by_psc(user_of("delegate")).get(url).content.decode()
    assert "Vous agissez pour <strong>Dr Anne TENUE</strong>" in seen
    assert "Vous agissez pour" not in signed_in_by_psc(user_of("effector")).get(url).content.decode()


def test_a_stranger_does_not_learn_who_exists(agendas: dict[str, Occurrence]) -> None:
    with pytest.raises(EffectorOfSomebodyElse):
        load_effector(actor=user_of("regulator"), national_id="899799999999", scope=DelegateScope.AGENDA)
    with pytest.raises(EffectorUnknown):
        load_effector(actor=user_of("admin"), national_id="899799999999", scope=DelegateScope.AGENDA)


def test_the_use_cases_themselves_refuse_a_stranger(agendas: dict[str, Occurrence]) -> None:
    regulator = user_of("regulator")
    with pytest.raises(EffectorOfSomebodyElse):
        series.open_series(actor=regulator, national_id=cast.ANNE, plan=cast.plan(place_key=cast.MESURE))
    with pytest.raises(EffectorOfSomebodyElse):
        feed.create_address(actor=regulator, national_id=cast.ANNE)
    assert (Occurrence.objects.count(), CalendarFeed.objects.count()) == (2, 0)
