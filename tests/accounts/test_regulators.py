"""What an account manager does for regulators, what is refused, and what it leaves in the trail."""

import threading

import pytest
from django.db import connection

from booking.regulators import regulator_of
from sasportal.accounts import grants, regulators
from sasportal.accounts.charge import OutsideCharge
from sasportal.accounts.identifiers import TECHNICAL_ID, is_national_id, prefixed
from sasportal.accounts.models import FormerIdentifier, RegulatorKind, Role, RoleGrant, User
from sasportal.accounts.regulators import IdentifierKnown, IdentifierTaken, OwnAccount
from sasportal.accounts.roles import has_role
from sasportal.audit import trail
from sasportal.audit.models import Entry
from tests.accounts import cast
from tests.accounts.people import signed_in_by_psc

pytestmark = pytest.mark.django_db


@pytest.fixture
def maxence() -> User:
    return cast.manager(cast.BOTH)


def created_by(actor: User, *, territory=cast.LOT, national_id: str = "899700000013") -> User:
    return regulators.create(
        actor=actor, national_id=national_id, given_name="Camille", family_name="Régulier",
        kind=RegulatorKind.OSNP, territory=cast.territory(*territory) if territory else None,
    )  # fmt: skip


def actions() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_regulator_is_created_once(maxence):
    before = len(actions())
    user = created_by(maxence)
    assert created_by(maxence) == user
    given = RoleGrant.objects.get(user=user)
    assert (given.role, given.regulator_kind, given.territory.name) == ("regulator", "osnp", "Lot-et-Garonne")
    assert given.granted_by == maxence
    assert actions()[before:] == ["account_created", "role_granted"]
    assert trail.verify().faults == ()


def test_the_name_of_a_known_account_is_not_overwritten(maxence):
    known = cast.person("899700000013", given="Anne", family="Tenue")
    assert str(created_by(maxence)) == str(again(known)) == "Anne Tenue"


@pytest.mark.parametrize("territory", [cast.PARIS, None])
def test_nothing_is_created_outside_the_charge(maxence, territory):
    with pytest.raises(OutsideCharge):
        created_by(maxence, territory=territory)
    assert User.objects.filter(national_id="899700000013").count() == 0


def test_nobody_gives_himself_a_right(maxence):
    with pytest.raises(OwnAccount):
        created_by(maxence, national_id=maxence.national_id)


def test_suspending_closes_sessions_and_reopening_gives_time(maxence):
    user = cast.regulator()
    client = signed_in_by_psc(user)
    regulators.suspend(actor=maxence, user=user)
    regulators.suspend(actor=maxence, user=user)
    assert client.get("/compte/").status_code == 302
    assert (again(user).is_active, again(user).suspended_for) == (False, "decision")
    assert again(user).suspended_at is not None
    regulators.reopen(actor=maxence, user=user)
    assert (again(user).is_active, again(user).suspended_at, again(user).suspended_for) == (True, None, "")
    assert again(user).reopened_at is not None
    assert actions()[-2:] == ["account_suspended", "account_reopened"]


def test_a_right_is_withdrawn_and_given_again(maxence):
    user = cast.regulator()
    given = user.grants.get()
    regulators.withdraw(actor=maxence, given=given)
    assert has_role(again(user), Role.REGULATOR) is False
    regulators.give(actor=maxence, user=user, kind=RegulatorKind.PHYSICIAN, territory=cast.territory(*cast.GIRONDE))
    assert has_role(again(user), Role.REGULATOR) is True


# Who else holds what → may the whole account be suspended, may the right in one's own territory be ended
OTHER_RIGHTS = [
    ({}, True, True),
    ({"role": Role.REGULATOR, "territory": cast.GIRONDE}, True, True),
    ({"role": Role.EFFECTOR}, True, True),
    ({"role": Role.DELEGATE, "national_id": "899700000021"}, True, True),
    ({"role": Role.REGULATOR, "territory": cast.PARIS}, False, True),
    ({"role": Role.REGULATOR}, False, True),
    ({"role": Role.ACCOUNT_MANAGER, "territory": cast.LOT}, False, True),
    ({"role": Role.STRUCTURE_MANAGER, "finess": "470000012"}, False, True),
    ({"role": Role.ADMIN}, False, True),
]


@pytest.mark.parametrize(("other", "whole", "right"), OTHER_RIGHTS)
def test_what_else_a_person_is_limits_what_may_be_done(maxence, other, whole, right):
    user = cast.regulator()
    given = user.grants.get()
    if other:
        where = {"territory": cast.territory(*other["territory"])} if "territory" in other else {}
        grants.grant(actor="system", user=user, **(other | where))
    for act in (regulators.suspend, regulators.reopen):
        assert done(lambda act=act: act(actor=maxence, user=user)) is whole
    User.objects.filter(pk=user.pk).update(national_id=None)
    attach = {"actor": maxence, "user": user, "national_id": "899700000054"}
    assert done(lambda: regulators.attach_national_id(**attach)) is whole
    assert done(lambda: regulators.withdraw(actor=maxence, given=given)) is right


def done(act) -> bool:
    try:
        act()
    except OutsideCharge:
        return False
    return True


@pytest.mark.parametrize("territory", [cast.PARIS, None, ("Grand Sud", ["47", "31"])])
def test_a_regulator_of_another_territory_is_out_of_reach(maxence, territory):
    user = cast.regulator(territory_of=territory)
    for act in (regulators.suspend, regulators.reopen):
        with pytest.raises(OutsideCharge):
            act(actor=maxence, user=user)
    with pytest.raises(OutsideCharge):
        regulators.withdraw(actor=maxence, given=user.grants.get())
    assert (again(user).is_active, has_role(again(user), Role.REGULATOR)) == (True, True)


def test_the_right_of_another_role_is_not_the_managers_to_end(maxence):
    user = cast.regulator()
    grants.grant(actor="system", user=user, role=Role.EFFECTOR, territory=cast.territory(*cast.LOT))
    with pytest.raises(OutsideCharge):
        regulators.withdraw(actor=maxence, given=user.grants.get(role="effector"))


def test_a_manager_who_regulates_does_not_touch_himself(maxence):
    grants.grant(actor="system", user=maxence, role=Role.REGULATOR, territory=cast.territory(*cast.LOT))
    with pytest.raises(OutsideCharge):
        regulators.suspend(actor=maxence, user=maxence)
    with pytest.raises(OutsideCharge):
        regulators.withdraw(actor=maxence, given=maxence.grants.get(role="regulator"))


def test_an_account_without_a_right_in_force_is_nobodys_to_suspend(maxence):
    user = cast.regulator()
    grants.revoke(actor="system", given=user.grants.get())
    grants.grant(actor="system", user=user, role=Role.EFFECTOR)
    with pytest.raises(OutsideCharge):
        regulators.suspend(actor=maxence, user=user)


def test_an_administrator_manages_all_but_himself():
    admin, user = cast.admin(), cast.regulator(territory_of=None)
    grants.grant(actor="system", user=user, role=Role.ACCOUNT_MANAGER)
    regulators.suspend(actor=admin, user=user)
    assert again(user).is_active is False
    with pytest.raises(OutsideCharge):
        regulators.suspend(actor=admin, user=admin)


def test_a_manager_whose_right_ended_does_nothing_any_more(maxence):
    user = cast.regulator()
    grants.revoke(actor="system", given=maxence.grants.get())
    with pytest.raises(OutsideCharge):
        regulators.suspend(actor=again(maxence), user=user)


def test_a_national_id_is_attached_and_the_technical_one_stays_known(maxence):
    user = cast.regulator("garde@samu.example")
    for _ in range(2):
        regulators.attach_national_id(actor=maxence, user=user, national_id="899700000054")
    former = FormerIdentifier.objects.get()
    assert (former.user, former.system, former.value) == (user, TECHNICAL_ID, str(user.technical_id))
    assert regulator_of(TECHNICAL_ID, str(user.technical_id)) == user
    assert regulator_of("urn:oid:1.2.250.1.71.4.2.1", "899700000054") == user
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.target, entry.detail) == (
        "national_id_attached", str(user.technical_id), {"national_id": "899700000054"},
    )  # fmt: skip


def test_an_identifier_is_attached_neither_twice_nor_over_another(maxence):
    user = cast.regulator("garde@samu.example")
    cast.regulator("899700000054", territory_of=cast.PARIS)
    with pytest.raises(IdentifierTaken):
        regulators.attach_national_id(actor=maxence, user=user, national_id="899700000054")
    regulators.attach_national_id(actor=maxence, user=user, national_id="899700000062")
    with pytest.raises(IdentifierKnown):
        regulators.attach_national_id(actor=maxence, user=user, national_id="899700000070")
    assert (again(user).national_id, FormerIdentifier.objects.count()) == ("899700000062", 1)


def test_the_empty_account_opened_by_looking_up_ones_identifier_gives_it_up(maxence):
    user, visit = cast.regulator("garde@samu.example"), cast.person("899700000054")
    regulators.attach_national_id(actor=maxence, user=user, national_id="899700000054")
    assert (again(user).national_id, again(visit).national_id, again(visit).is_active) == ("899700000054", None, False)
    assert actions()[-3:] == ["national_id_released", "account_suspended", "national_id_attached"]


def test_an_account_that_once_held_a_right_keeps_its_identifier(maxence):
    user, other = cast.regulator("garde@samu.example"), cast.regulator("899700000054")
    grants.revoke(actor="system", given=other.grants.get())
    with pytest.raises(IdentifierTaken):
        regulators.attach_national_id(actor=maxence, user=user, national_id="899700000054")


@pytest.mark.django_db(transaction=True)
def test_two_managers_attach_the_same_identifier_to_two_people_at_once():
    managers = [cast.manager(cast.BOTH, identifier=f"3990000001/GES000{n}") for n in range(2)]
    people = [cast.regulator(f"garde{n}@samu.example") for n in range(2)]
    gate, refused = threading.Barrier(2), []

    def attach(n: int) -> None:
        gate.wait(10)
        try:
            regulators.attach_national_id(actor=managers[n], user=people[n], national_id="899700000054")
        except IdentifierTaken:
            refused.append(n)
        connection.close()

    threads = [threading.Thread(target=attach, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(refused), FormerIdentifier.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("typed", "read", "good"),
    [
        ("99700000013", "899700000013", True),
        (" 8 99700000013 ", "899700000013", True),
        ("479900012", "0479900012", True),
        ("3990000001/REG0042", "3990000001/REG0042", True),
        ("8997000000", "8997000000", False),
        ("garde@samu.example", "garde@samu.example", False),
        ("", "", False),
        ("8" * 51, "8" * 51, False),
        ("3990000001/<b>", "3990000001/<b>", False),
    ],
)
def test_identifiers_as_people_type_them(typed, read, good):
    assert (prefixed(typed), is_national_id(prefixed(typed))) == (read, good)
