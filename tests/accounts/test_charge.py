"""Whose rights may be managed: the sets of departments decide, in Python as in the database."""

import pytest

from sasportal.accounts.charge import charge_of, territories_of
from sasportal.accounts.models import RoleGrant, Territory
from sasportal.accounts.regulators import regulators_of
from tests.accounts import cast

pytestmark = pytest.mark.django_db
MANAGED = [cast.LOT, cast.GIRONDE, cast.BOTH, cast.PARIS, ("Vide", [])]


@pytest.mark.parametrize(
    ("mine", "covered"),
    [
        ([], []),
        ([cast.LOT], ["Lot-et-Garonne"]),
        ([cast.BOTH], ["Gironde", "Lot-et-Garonne", "Lot-et-Garonne et Gironde"]),
        # Two territories apart do not make the one that spans both
        ([cast.LOT, cast.GIRONDE], ["Gironde", "Lot-et-Garonne"]),
        ([("Vide", [])], []),
        ([None], ["Gironde", "Lot-et-Garonne", "Lot-et-Garonne et Gironde", "Paris", "Vide"]),
        ([cast.PARIS, None], ["Gironde", "Lot-et-Garonne", "Lot-et-Garonne et Gironde", "Paris", "Vide"]),
    ],
)
def test_departments_within_one_territory_of_the_manager(mine, covered):
    territories = [cast.territory(*one) for one in MANAGED]
    charge = charge_of(cast.manager(*mine))
    assert [one.name for one in territories_of(charge)] == covered
    assert sorted(one.name for one in territories if charge.covers(one)) == covered
    assert charge.covers(None) is (None in mine)


def test_people_follow_their_rights_kept_or_ended():
    here = cast.regulator("899700000013")
    elsewhere = cast.regulator("899700000024", territory_of=cast.PARIS)
    everywhere = cast.regulator("899700000032", territory_of=None)
    cast.person("899700000047")
    for given in RoleGrant.objects.filter(user=here):
        given.ends_at = given.starts_at.replace(year=given.starts_at.year + 1)
        given.save()
    assert list(regulators_of(charge_of(cast.manager(cast.BOTH)))) == [here]
    national = regulators_of(charge_of(cast.manager(None, identifier="3990000001/GES0008")))
    assert set(national) == {here, elsewhere, everywhere}
    assert set(regulators_of(charge_of(cast.admin()))) == {here, elsewhere, everywhere}
    assert list(regulators_of(charge_of(elsewhere))) == []


def test_a_territory_that_changes_changes_the_charge_at_once():
    manager = cast.manager(cast.LOT)
    Territory.objects.update(departments=["47", "33"])
    assert charge_of(manager).covers(cast.territory(*cast.GIRONDE)) is True
