"""Who may name delegates, and for whom: a practitioner for himself, a manager for his structure, an admin for both."""

from dataclasses import dataclass

from directory.communities.rights import Managed, Part, load_structure
from directory.effectors.rights import Effector, EffectorOfSomebodyElse, load_effector
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
    """Raises those of load_effector, and of of_effector."""
    return of_effector(load_effector(actor=actor, national_id=national_id), actor=actor)


def of_effector(effector: Effector, *, actor: User) -> Principal:
    """Of an effector that `actor` may act for; a delegate cannot name another: raises EffectorOfSomebodyElse."""
    himself = has_role(actor, Role.EFFECTOR) and actor.national_id == effector.national_id
    if not himself and not has_role(actor, Role.ADMIN):
        raise EffectorOfSomebodyElse
    return Principal(
        national_id=effector.national_id, name=effector.name, zone=effector.zone(), on_behalf=effector.on_behalf
    )  # fmt: skip


def structure(*, actor: User, code: str) -> Principal:
    """Raises those of load_structure."""
    return of_managed(load_structure(actor=actor, code=code, part=Part.DELEGATES))


def of_managed(managed: Managed) -> Principal:
    """Of a structure whose delegates somebody was allowed to name."""
    return Principal(finess=managed.code, name=managed.name, zone=managed.zone, on_behalf=managed.on_behalf)


def principal_of(request: DelegationRequest, *, actor: User) -> Principal:
    """The principal of a request, for who may name his delegates."""
    if request.national_id:
        return practitioner(actor=actor, national_id=request.national_id)
    return structure(actor=actor, code=request.finess)
