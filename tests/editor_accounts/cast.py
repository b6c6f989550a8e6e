"""Regulators, editors that take their accounts, and the states between them."""

from typing import Any

from django.utils import timezone

from agenda.accounts.asking import CHANNEL, at_sign_in
from agenda.accounts.models import EditorAccount
from agenda.accounts.states import AccountState, Standing, described
from agenda.identifiers import IDNPS
from agenda.models import Editor, Flow
from sasportal.accounts.identifiers import TECHNICAL_ID
from sasportal.accounts.models import User
from sasportal.outbox.models import Delivery, DeliveryState
from sasportal.outbox.relay import relay
from sasportal.sandbox.editors.editor import Editor as FakeEditor
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


def signs_in(user: User) -> None:
    """What the two ways in have in common (tests/editor_accounts/test_when.py goes through the doors)."""
    at_sign_in(User.objects.get(pk=user.pk))


def sent() -> None:
    """Let the relay send what is due now."""
    while relay():
        pass


def later() -> None:
    """Let the time of every pause and lease pass."""
    Delivery.objects.filter(state=DeliveryState.PENDING).update(not_before=timezone.now())
    EditorAccount.objects.update(held_until=None)


def deliveries() -> list[tuple[str, int]]:
    """State and attempts of what was to be sent to editors, oldest first."""
    rows = Delivery.objects.filter(channel=CHANNEL).order_by("created_at")
    return list(rows.values_list("state", "attempts"))


def held(fake: FakeEditor) -> list[tuple[str, bool, str, str, int]]:
    """What a fake editor holds: identifier, active, family name, e-mail, number of versions."""
    return [(one.value, one.active, one.family, one.email, one.version) for one in fake.accounts.all.values()]
