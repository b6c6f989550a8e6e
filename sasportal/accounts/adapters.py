"""Which rules of local accounts hold: those of the side the address is on."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest

from sasportal.accounts.adapter import AccountAdapter
from sasportal.accounts.patients.adapter import PatientAdapter
from sasportal.accounts.sides import on_patients_side


def account_adapter(request: HttpRequest | None = None) -> DefaultAccountAdapter:
    """Return the adapter of this request; the library calls it where it would make an object of a class."""
    asked = request or context.request
    return PatientAdapter(asked) if on_patients_side(asked) else AccountAdapter(asked)
