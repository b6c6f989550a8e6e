"""The terms of use: which version holds, who accepted it.

A new version is a new constant and a template of its name beside the others, which stay: what somebody
accepted can always be read.
"""

from django.db import transaction
from django.http import HttpRequest

from sasportal.accounts.models import TermsAcceptance, User, UserKind
from sasportal.audit import trail

VERSION = "2026-11"
ACCEPTED = "sas_terms"


def text_of(version: str) -> str:
    """Return the name of the template that says this version."""
    return f"accounts/terms/{version}.html"


def accepted(request: HttpRequest) -> bool:
    """Tell whether this person accepted the version that holds; asked of the database once in a session.

    The terms are those of professionals: of anybody else nothing is asked.
    """
    user = request.user
    if not isinstance(user, User) or user.kind != UserKind.PROFESSIONAL or request.session.get(ACCEPTED) == VERSION:
        return True
    if not user.terms_accepted.filter(version=VERSION).exists():
        return False
    request.session[ACCEPTED] = VERSION
    return True


@transaction.atomic
def accept(*, user: User, origin: str = "") -> TermsAcceptance:
    """Note that `user` accepts the version that holds; asked twice, it is noted once."""
    acceptance, new = TermsAcceptance.objects.get_or_create(user=user, version=VERSION)
    if new:
        trail.record(actor=user, action="terms_accepted", target=str(user.technical_id), origin=origin, version=VERSION)
    return acceptance
