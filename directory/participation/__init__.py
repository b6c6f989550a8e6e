"""How practitioners take part in the SAS: declaring, what a declaration changes, invitations, history."""

from directory.participation.declaration import Declaration, check
from directory.participation.declaring import Change, declare, end_through, plan
from directory.participation.refusals import DeclarationRefused

__all__ = ["Change", "Declaration", "DeclarationRefused", "check", "declare", "end_through", "plan"]
