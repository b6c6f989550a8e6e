"""Rules of local accounts that differ from the library's."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Professional accounts are created by an account manager, never by a visitor."""
        return False
