"""Who signs in and stands in the directory receives patients: the role is given once, by itself."""

from directory.models import Practitioner
from sasportal.accounts import grants
from sasportal.accounts.models import Role, User
from sasportal.audit import trail


def recognise(user: User) -> None:
    """Make an effector of a practitioner of the directory who never was one; called at sign-in (settings).

    A role that was ended is not given again: whoever ended it had a reason.
    """
    if not user.national_id or user.grants.filter(role=Role.EFFECTOR).exists():
        return
    if Practitioner.objects.filter(national_id=user.national_id, closed_at=None).exists():
        grants.grant(actor=trail.SYSTEM, user=user, role=Role.EFFECTOR)
