"""Asking, answering, ending: the right follows at once, within its scopes, until its last day."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from directory.communities.rights import StructureOfSomebodyElse
from directory.delegations import people, principals, requests
from directory.delegations.people import Delegate, read_delegate
from directory.delegations.principals import Principal
from directory.delegations.refusals import (
    AlreadyAsked,
    DelegateOfOneself,
    DelegateUnreadable,
    DelegationClosed,
    EndPast,
    EndTooFar,
    ScopesMissing,
)
from directory.delegations.requests import DelegationUnknown, latest_end
from directory.effectors.rights import EffectorOfSomebodyElse, scopes_of
from directory.models import DelegationRequest
from sasportal.accounts import grants
from sasportal.accounts.models import Role, RoleGrant, User
from sasportal.accounts.roles import account
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from tests.communities import cast

SECRETARY = "3990000001/SEC0001"
ANNE = cast.rpps(1)
END = date(2027, 6, 30)


def ask(actor: User, principal: Principal, **more: Any) -> DelegationRequest:
    said: dict[str, Any] = {"delegate": SECRETARY, "ends_on": END, "scopes": ["agenda"]}
    return requests.ask(actor=actor, principal=principal, **(said | more))


def fresh(user: User) -> User:
    """As the next request of this person loads him."""
    found = account(user.pk)
    assert found is not None
    return found


def actions() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


def test_from_asking_to_the_right_and_its_end(anne: User, dana: User, of_anne: Principal, monday: Any) -> None:
    before = len(actions())
    request = ask(anne, of_anne, scopes=["settings", "agenda"])
    assert scopes_of(fresh(dana), ANNE) == frozenset()
    requests.accept(actor=dana, request_id=request.pk)
    assert scopes_of(fresh(dana), ANNE) == {"agenda", "settings"}
    given = RoleGrant.objects.get(user=dana)
    assert (given.role, given.national_id, given.finess, given.scopes, given.granted_by) == (
        "delegate", ANNE, "", ["agenda", "settings"], dana,
    )  # fmt: skip
    assert given.ends_at == datetime.fromisoformat("2027-07-01T00:00:00+02:00")
    request.refresh_from_db()
    requests.end(actor=anne, request=request)
    assert scopes_of(fresh(dana), ANNE) == frozenset()
    request.refresh_from_db()
    assert (request.state, request.revoked_by, request.revoked_at) == (
        "revoked", str(anne.technical_id), timezone.now(),
    )  # fmt: skip
    assert actions()[before:] == [
        "delegation.asked", "role_granted", "delegation.accepted", "role_revoked", "delegation.revoked",
    ]  # fmt: skip


def test_the_right_ends_with_its_last_day(anne: User, dana: User, of_anne: Principal, monday: Any) -> None:
    request = ask(anne, of_anne, ends_on=date(2026, 11, 16))
    requests.accept(actor=dana, request_id=request.pk)
    monday.move_to("2026-11-16T22:59:59+00:00")
    assert scopes_of(fresh(dana), ANNE) == {"agenda"}
    monday.move_to("2026-11-16T23:00:00+00:00")
    assert scopes_of(fresh(dana), ANNE) == frozenset()


def test_what_was_asked_for_a_past_day_cannot_be_accepted(
    anne: User, dana: User, of_anne: Principal, monday: Any
) -> None:
    request = ask(anne, of_anne, ends_on=date(2026, 11, 17))
    monday.shift(timedelta(days=2))
    with pytest.raises(DelegationClosed):
        requests.accept(actor=dana, request_id=request.pk)
    assert RoleGrant.objects.filter(user=dana).count() == 0


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"delegate": ANNE}, DelegateOfOneself),
        ({"delegate": ANNE[1:]}, DelegateOfOneself),
        ({"delegate": "Anne@Cabinet.example"}, DelegateOfOneself),
        ({"delegate": "Dana"}, DelegateUnreadable),
        ({"delegate": "@"}, DelegateUnreadable),
        ({"delegate": "a@b@c"}, DelegateUnreadable),
        ({"delegate": "9970000001"}, DelegateUnreadable),
        ({"scopes": []}, ScopesMissing),
        ({"scopes": ["everything"]}, ScopesMissing),
        ({"ends_on": date(2026, 11, 15)}, EndPast),
        ({"ends_on": date(2028, 11, 17)}, EndTooFar),
    ],
)
def test_what_cannot_be_is_refused(anne: User, of_anne: Principal, more: dict[str, Any], refusal: type) -> None:
    EmailAddress.objects.create(user=anne, email="anne@cabinet.example", verified=True)
    with pytest.raises(refusal) as refused:
        ask(anne, of_anne, **more)
    assert str(refused.value).endswith(".")
    assert DelegationRequest.objects.count() == 0


def test_an_admin_cannot_make_a_practitioner_his_own_delegate(anne: User, monday: Any) -> None:
    EmailAddress.objects.create(user=anne, email="anne@cabinet.example", verified=True)
    admin = cast.admin()
    principal = principals.practitioner(actor=admin, national_id=ANNE)
    for delegate in (ANNE, "anne@cabinet.example"):
        with pytest.raises(DelegateOfOneself):
            ask(admin, principal, delegate=delegate)


def test_an_address_that_becomes_hers_does_not_make_her_her_own_delegate(anne: User, of_anne: Principal) -> None:
    request = ask(anne, of_anne, delegate="anne@cabinet.example")
    EmailAddress.objects.create(user=anne, email="anne@cabinet.example", verified=True)
    with pytest.raises(DelegateOfOneself):
        requests.accept(actor=anne, request_id=request.pk)


@pytest.mark.parametrize(
    ("today", "latest"),
    [(date(2026, 11, 16), date(2028, 11, 16)), (date(2024, 2, 29), date(2026, 2, 28))],
)
def test_two_years_at_most(today: date, latest: date) -> None:
    assert latest_end(today) == latest


def test_one_open_request_for_each_pair(anne: User, dana: User, of_anne: Principal) -> None:
    first = ask(anne, of_anne)
    with pytest.raises(AlreadyAsked):
        ask(anne, of_anne, scopes=["follow"])
    ask(anne, of_anne, delegate=cast.rpps(2))
    requests.end(actor=anne, request=first)
    assert ask(anne, of_anne).state == "asked"


def test_a_new_one_replaces_the_former_without_a_gap(anne: User, dana: User, of_anne: Principal) -> None:
    first = requests.accept(actor=dana, request_id=ask(anne, of_anne).pk)
    second = ask(anne, of_anne, scopes=["agenda", "follow"], ends_on=date(2028, 1, 31))
    assert scopes_of(fresh(dana), ANNE) == {"agenda"}
    requests.accept(actor=dana, request_id=second.pk)
    assert scopes_of(fresh(dana), ANNE) == {"agenda", "follow"}
    first.refresh_from_db()
    assert (first.state, RoleGrant.objects.filter(user=dana, ends_at__gt=timezone.now()).count()) == ("revoked", 1)


def test_a_delegate_acts_for_several_and_each_for_his_own(anne: User, dana: User, of_anne: Principal) -> None:
    bruno = cast.person(cast.rpps(2), Role.EFFECTOR)
    of_bruno = principals.practitioner(actor=bruno, national_id=cast.rpps(2))
    for actor, principal, scopes in ((anne, of_anne, ["agenda"]), (bruno, of_bruno, ["follow"])):
        requests.accept(actor=dana, request_id=ask(actor, principal, scopes=scopes).pk)
    assert (scopes_of(fresh(dana), ANNE), scopes_of(fresh(dana), cast.rpps(2))) == ({"agenda"}, {"follow"})
    requests.end(actor=anne, request=DelegationRequest.objects.get(national_id=ANNE))
    assert (scopes_of(fresh(dana), ANNE), scopes_of(fresh(dana), cast.rpps(2))) == (frozenset(), {"follow"})


class TestWhoIsNamed:
    def test_only_who_is_named_answers(self, anne: User, dana: User, of_anne: Principal) -> None:
        request = ask(anne, of_anne)
        for stranger in (anne, cast.person("899700000096"), cast.admin()):
            for answer in (requests.accept, requests.decline):
                with pytest.raises(DelegationUnknown):
                    answer(actor=stranger, request_id=request.pk)
        assert RoleGrant.objects.filter(role="delegate").count() == 0

    @pytest.mark.parametrize(("verified", "found"), [(True, 1), (False, 0)])
    def test_by_an_address_proven_to_be_his(
        self, anne: User, dana: User, of_anne: Principal, verified: bool, found: int
    ) -> None:
        ask(anne, of_anne, delegate=" Dana@Cabinet.example ")
        EmailAddress.objects.create(user=dana, email="Dana@cabinet.example", verified=verified)
        assert people.named(dana).count() == found

    def test_an_account_without_national_id_is_not_everybody(self, anne: User, of_anne: Principal) -> None:
        ask(anne, of_anne)
        assert people.named(cast.person("garde@samu.example")).count() == 0

    @pytest.mark.parametrize(
        ("text", "whom"),
        [
            (" 99700 000 001 ", Delegate(national_id=ANNE)),
            ("471234567", Delegate(national_id="0471234567")),
            ("3990000001/SEC0001", Delegate(national_id="3990000001/SEC0001")),
            ("Dana@Cabinet.example", Delegate(email="dana@cabinet.example")),
        ],
    )
    def test_people_are_named_as_people_write(self, text: str, whom: Delegate) -> None:
        assert read_delegate(text) == whom


class TestWhoEnds:
    def test_the_delegate_may_renounce(self, anne: User, dana: User, of_anne: Principal) -> None:
        request = requests.accept(actor=dana, request_id=ask(anne, of_anne).pk)
        requests.end(actor=dana, request=request)
        assert scopes_of(fresh(dana), ANNE) == frozenset()

    def test_nobody_else_does(self, anne: User, dana: User, of_anne: Principal) -> None:
        request = requests.accept(actor=dana, request_id=ask(anne, of_anne).pk)
        another = cast.person("899700000054", Role.DELEGATE, national_id=ANNE)
        for stranger in (another, cast.person(cast.rpps(2), Role.EFFECTOR), cast.manager()):
            with pytest.raises(EffectorOfSomebodyElse):
                requests.end(actor=stranger, request=request)
        requests.end(actor=cast.admin(), request=request)
        with pytest.raises(DelegationClosed):
            requests.end(actor=anne, request=request)

    def test_a_right_an_admin_ended_elsewhere_is_over(self, anne: User, dana: User, of_anne: Principal) -> None:
        request = requests.accept(actor=dana, request_id=ask(anne, of_anne).pk)
        grants.revoke(actor="system", given=RoleGrant.objects.get(user=dana))
        requests.end(actor=anne, request=request)
        assert Entry.objects.filter(action="role_revoked").count() == 1


class TestOfAStructure:
    def test_a_delegate_of_a_structure_manages_it_but_names_nobody(self, dana: User, monday: Any) -> None:
        sacha = cast.manager()
        principal = principals.structure(actor=sacha, code=cast.AGENAIS)
        request = ask(sacha, principal, scopes=[])
        requests.accept(actor=dana, request_id=request.pk)
        given = RoleGrant.objects.get(user=dana)
        assert (given.finess, given.national_id, given.scopes) == (cast.AGENAIS, "", [])
        with pytest.raises(StructureOfSomebodyElse):
            principals.structure(actor=fresh(dana), code=cast.AGENAIS)

    def test_a_manager_is_not_his_own_delegate(self, monday: Any) -> None:
        sacha = cast.manager()
        with pytest.raises(DelegateOfOneself):
            ask(sacha, principals.structure(actor=sacha, code=cast.AGENAIS), delegate=sacha.national_id)


def test_mails_are_kept_where_an_address_is_known(anne: User, dana: User, of_anne: Principal) -> None:
    request = ask(anne, of_anne)
    assert Delivery.objects.count() == 0
    requests.accept(actor=dana, request_id=request.pk)
    by_mail = ask(anne, of_anne, delegate="autre@cabinet.example")
    requests.end(actor=anne, request=by_mail)
    requests.end(actor=anne, request=DelegationRequest.objects.get(pk=request.pk))
    assert sorted((one.channel, one.payload["request"]) for one in Delivery.objects.all()) == sorted(
        [
            ("delegation-answered", str(request.pk)), ("delegation-asked", str(by_mail.pk)),
            ("delegation-ended", str(request.pk)),
        ]
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def together(self, *acts: Callable[[], object]) -> list[str]:
        barrier, said = threading.Barrier(len(acts)), []

        def one(act: Callable[[], object]) -> None:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            try:
                act()
                said.append("done")
            except (DelegationClosed, AlreadyAsked) as refused:
                said.append(type(refused).__name__)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(said)

    @pytest.fixture
    def both(self, transactional_db: None) -> tuple[User, User, Principal]:
        cast.practitioner(1)
        anne = cast.person(ANNE, Role.EFFECTOR)
        return anne, cast.person(SECRETARY), principals.practitioner(actor=anne, national_id=ANNE)

    def test_asked_twice_at_once_is_asked_once(self, both: tuple[User, User, Principal]) -> None:
        anne, _, principal = both
        end = timezone.localdate() + timedelta(days=30)
        said = self.together(*[lambda: ask(anne, principal, ends_on=end)] * 6)
        assert said == ["AlreadyAsked"] * 5 + ["done"]

    def test_accepted_and_withdrawn_at_once_one_wins(self, both: tuple[User, User, Principal]) -> None:
        anne, dana, principal = both
        request = ask(anne, principal, ends_on=timezone.localdate() + timedelta(days=30))
        said = self.together(
            lambda: requests.accept(actor=dana, request_id=request.pk),
            lambda: requests.decline(actor=dana, request_id=request.pk),
            lambda: requests.accept(actor=dana, request_id=request.pk),
        )
        assert said == ["DelegationClosed"] * 2 + ["done"]
        request.refresh_from_db()
        assert RoleGrant.objects.filter(user=dana).count() == (1 if request.state == "accepted" else 0)
