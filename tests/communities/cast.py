"""The cast: two CPTS, a health house, a health centre, an SOS association; their managers, delegates; practitioners."""

from datetime import UTC, datetime
from typing import Any

from directory.models import Participation, Practitioner, Structure
from sasportal.accounts import grants
from sasportal.accounts.models import Role, User
from sasportal.spelling import plain
from tests.directory import people

AGENAIS, BORDEAUX, REMPARTS, CENTRE, SOS = "470099017", "330000604", "470000603", "470000124", "99700000100011"
# Monday 16 November 2026, 9 h in Agen
MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


def structures() -> None:
    for finess, category, name, city, postal_code in (
        (AGENAIS, "604", "CPTS de l'Agenais", "Agen", "47000"),
        (BORDEAUX, "604", "CPTS Bordeaux Rives", "Bordeaux", "33000"),
        (REMPARTS, "603", "MSP des Remparts", "Agen", "47000"),
        (CENTRE, "124", "Centre de santé d'Agen", "Agen", "47000"),
    ):
        Structure.objects.create(
            finess=finess, category=category, name=name, search_name=plain(name), city=city, postal_code=postal_code,
            line="3 place du Pin", phone="0199001100",
        )  # fmt: skip
    Structure.objects.create(
        siret=SOS, category="SOS", name="SOS Médecins Agen", search_name="sos medecins agen", city="Agen",
        postal_code="47000",
    )  # fmt: skip


def person(identifier: str, *roles: Role, name: tuple[str, str] = ("Sacha", "Cépété"), **scope: Any) -> User:
    user = grants.professional(actor="system", identifier=identifier, given_name=name[0], family_name=name[1])
    for role in roles:
        grants.grant(actor="system", user=user, role=role, **scope)
    return user


def manager(finess: str = AGENAIS) -> User:
    return person("899700000039", Role.STRUCTURE_MANAGER, finess=finess)


def delegate(finess: str = AGENAIS) -> User:
    return person("3990000001/SEC0001", Role.DELEGATE, name=("Dana", "Secrétaire"), finess=finess)


def admin() -> User:
    return person("899700000062", Role.ADMIN, name=("Alix", "Serveur"))


def with_email(user: User, email: str) -> User:
    user.email = email
    user.save(update_fields=["email"])
    return user


def practitioner(number: int, **fields: Any) -> Practitioner:
    """A general practitioner of Agen."""
    who = people.practitioner(number, **{name: fields.pop(name) for name in ("family", "given") if name in fields})
    people.place(who, **fields)
    return who


def rpps(number: int) -> str:
    return f"8{99_700_000_000 + number}"


def bare(number: int) -> str:
    return rpps(number)[1:]


def member(number: int, structure: str = AGENAIS, via: str = "cpts", **fields: Any) -> Participation:
    row = {"national_id": rpps(number), "via": via, "structure": structure, "declared_by": "essai"}
    return Participation.objects.create(**(row | fields))
