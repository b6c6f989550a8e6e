"""The cast: a practitioner with two places, his delegate, a colleague, a stranger, an admin."""

from datetime import UTC, date, datetime, time
from typing import Any

from agenda.own.plans import Plan
from directory.models import Activity, Practitioner
from sasportal.accounts import grants
from sasportal.accounts.models import Role, User

ANNE = "899700000021"
BRUNO = "899700000039"
LILAS, MESURE, REUNION = "47L", "47M", "974R"
ADDRESSES = {
    LILAS: {"line": "12 rue des Lilas", "postal_code": "47000", "city": "Agen"},
    MESURE: {"line": "7 rue de la Mesure", "postal_code": "47000", "city": "Agen"},
    REUNION: {"line": "3 rue du Phare", "postal_code": "97400", "city": "Saint-Denis"},
}
# Monday 16 November 2026, 9 h in Agen
MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


def practitioner(national_id: str = ANNE, *places: str, given_name: str = "Anne") -> Practitioner:
    person = Practitioner.objects.create(
        national_id=national_id, civility="DR", family_name="TENUE", given_name=given_name, profession="10",
        search_name=f"tenue {given_name.lower()}", search_name_given_first=f"{given_name.lower()} tenue",
    )  # fmt: skip
    for key in places or (LILAS, MESURE):
        Activity.objects.create(
            practitioner=person, key=f"{key}|SM54", place_key=key, profession="10", specialty="SM54", **ADDRESSES[key]
        )
    return person


def person(identifier: str, *roles: Role, **scope: Any) -> User:
    user = grants.professional(actor="system", identifier=identifier, given_name="Camille", family_name="Régulier")
    for role in roles:
        grants.grant(actor="system", user=user, role=role, **scope)
    return user


def effector(national_id: str = ANNE) -> User:
    return person(national_id, Role.EFFECTOR)


def plan(**more: Any) -> Plan:
    """A slot on Wednesday 18 November 2026, from 9 h to 9 h 30 unless said otherwise."""
    details: dict[str, Any] = {
        "place_key": LILAS,
        "kind": "slot",
        "first_day": date(2026, 11, 18),
        "start_time": time(9),
        "end_time": time(9, 30),
        "capacity": 1,
        "types": ("SNP",),
        "consultation": ("AMB",),
    }
    return Plan(**(details | more))


def weekly(**more: Any) -> Plan:
    """Tuesdays and Thursdays from 9 h to 11 h for six patients, until 18 December, but not on the 8th."""
    details: dict[str, Any] = {
        "kind": "range",
        "first_day": date(2026, 11, 17),
        "end_time": time(11),
        "capacity": 6,
        "weekdays": (1, 3),
        "last_day": date(2026, 12, 18),
        "exceptions": (date(2026, 12, 8),),
    }
    return plan(**(details | more))
