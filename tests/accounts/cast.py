"""Territories, managers in charge of some of them, and regulators."""

from typing import Any

from sasportal.accounts import grants
from sasportal.accounts.models import RegulatorKind, Role, Territory, User

LOT = ("Lot-et-Garonne", ["47"])
GIRONDE = ("Gironde", ["33"])
BOTH = ("Lot-et-Garonne et Gironde", ["33", "47"])
PARIS = ("Paris", ["75"])


def territory(name: str, departments: list[str]) -> Territory:
    return Territory.objects.get_or_create(name=name, defaults={"departments": departments})[0]


def person(identifier: str, *, given: str = "Camille", family: str = "Régulier") -> User:
    return grants.professional(actor="system", identifier=identifier, given_name=given, family_name=family)


def manager(*territories: tuple[str, list[str]] | None, identifier: str = "3990000001/GES0007") -> User:
    """In charge of these territories; None is the whole country."""
    user = person(identifier, given="Maxence", family="Ducompte")
    for one in territories:
        grants.grant(actor="system", user=user, role=Role.ACCOUNT_MANAGER, territory=territory(*one) if one else None)
    return user


def regulator(
    identifier: str = "899700000013",
    *,
    territory_of: tuple[str, list[str]] | None = LOT,
    kind: RegulatorKind = RegulatorKind.OSNP,
    **names: Any,
) -> User:
    user = person(identifier, **names)
    grants.grant(
        actor="system", user=user, role=Role.REGULATOR, regulator_kind=kind,
        territory=territory(*territory_of) if territory_of else None,
    )  # fmt: skip
    return user


def admin(identifier: str = "899700000021") -> User:
    user = person(identifier, given="Alix", family="Serveur")
    grants.grant(actor="system", user=user, role=Role.ADMIN)
    return user
