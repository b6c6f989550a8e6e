"""Who may name delegates, and for whom: a practitioner for himself, a manager for his structure, an admin for both."""

from dataclasses import dataclass

from directory.communities.rights import Part, load_structure
from directory.effectors.rights import EffectorOfSomebodyElse, load_effector
from directory.models import DelegationRequest
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import has_role


@dataclass(frozen=True, kw_only=True)
class Principal:
    """For whom a delegate acts: one of `national_id` and `finess` is empty."""

    national_id: str = ""
    finess: str = ""
    name: str
    zone: str
    on_behalf: bool

    @property
    def key(self) -> dict[str, str]:
        return {"national_id": self.national_id, "finess": self.finess}


def practitioner(*, actor: User, national_id: str) -> Principal:
    """A delegate cannot name another; raises those of load_effector."""
    found = load_effector(actor=actor, national_id=national_id)
    himself = has_role(actor, Role.EFFECTOR) and actor.national_id == national_id
    if not himself and not has_role(actor, Role.ADMIN):
        raise EffectorOfSomebodyElse
    return Principal(national_id=national_id, name=found.name, zone=found.zone(), on_behalf=found.on_behalf)


def structure(*, actor: User, code: str) -> Principal:
    """Raises those of load_structure."""
    found = load_structure(actor=actor, code=code, part=Part.DELEGATES)
    return Principal(finess=code, name=found.name, zone=found.zone, on_behalf=found.on_behalf)


def principal_of(request: DelegationRequest, *, actor: User) -> Principal:
    """The principal of a request, for who may name his delegates."""
    if request.national_id:
        return practitioner(actor=actor, national_id=request.national_id)
    return structure(actor=actor, code=request.finess)
