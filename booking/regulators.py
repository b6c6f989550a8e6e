"""Which regulator an identifier names, national or technical."""

from uuid import UUID

from sasportal.accounts.identifiers import TECHNICAL_ID
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import has_role


def regulator_of(system: str, value: str) -> User | None:
    """Return the account of a regulator in office; None when unknown, suspended or without that right."""
    if not value:
        return None
    found = User.objects.filter(**_criterion(system, value)).first()
    return found if found and has_role(found, Role.REGULATOR) else None


def _criterion(system: str, value: str) -> dict[str, object]:
    if system != TECHNICAL_ID:
        return {"national_id": value}
    try:
        return {"technical_id": UUID(value)}
    except ValueError:
        return {"pk": None}
