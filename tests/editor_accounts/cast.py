"""Regulators, editors that take their accounts, and the states between them."""

from typing import Any

from django.utils import timezone

from agenda.accounts.models import EditorAccount
from agenda.accounts.states import AccountState, Standing, described
from agenda.identifiers import IDNPS
from agenda.models import Editor, Flow
from sasportal.accounts.identifiers import TECHNICAL_ID
from sasportal.accounts.models import User
from tests.accounts import cast
from tests.agenda.cast import register

CAMILLE = "899700000013"
EMAIL = "camille@samu47.example"


def state(**changed: Any) -> AccountState:
    whole: dict[str, Any] = {
        "system": IDNPS, "value": CAMILLE, "active": True, "family": "Régulier", "given": "Camille", "email": EMAIL,
    }  # fmt: skip
    return AccountState(**(whole | changed))


def technical(user: User, **changed: Any) -> AccountState:
    return state(system=TECHNICAL_ID, value=str(user.technical_id), **changed)


def regulator(identifier: str = CAMILLE, *, email: str = EMAIL, **more: Any) -> User:
    """A regulator with an address, whatever names the account."""
    user = cast.regulator(identifier, **more)
    if user.email != email and "@" not in identifier:
        User.objects.filter(pk=user.pk).update(email=email)
        user.refresh_from_db()
    return user


def taker(url: str = "http://127.0.0.1:9/fhir", name: str = "Alpha", **more: Any) -> Editor:
    return register(url, name, **({"flows": [Flow.R01, Flow.R02]} | more))


def known(user: User, editor: Editor, **fields: Any) -> EditorAccount:
    return EditorAccount.objects.create(user=user, editor=editor, **fields)


def standing(user: User, editor: Editor) -> Standing | None:
    found = described(EditorAccount.objects.filter(user=user, editor=editor), timezone.now()).first()
    return Standing(found.standing) if found else None
