"""When an account at an editor is to be sent: at sign-in, at once when a right ends, again, or caught up.

What there is to do is read from the rows: asked twice, or after days without a worker, it is done once.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agenda.accounts.models import EditorAccount
from agenda.accounts.sending import deliveries_of, is_reached
from agenda.accounts.states import Standing, described, regulates, takers, with_wanted
from agenda.models import Editor
from sasportal.accounts.models import User
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver, is_waiting, settle

CHANNEL = "editor-account"
OPEN = (Standing.PENDING, Standing.FAILED)


@transaction.atomic
def at_sign_in(user: User) -> None:
    """Have whatever differs sent to each editor; called at sign-in (settings)."""
    if User.objects.filter(pk=user.pk).annotate(regulates=regulates(timezone.now())).filter(regulates=True).exists():
        _create_missing(user, takers())
        _ask(_accounts().filter(user=user, standing__in=(*OPEN, Standing.INCOMPLETE)))


def close(user_id: int) -> None:
    """Disable at once, wherever it may be open, the account of somebody who may regulate no more (outbox channel)."""
    _enqueue(_accounts().filter(user_id=user_id, regulates=False, standing=Standing.PENDING))


def catch_up() -> None:
    """Have sent what is due and on no way: rights that ended by their date, editors that came back."""
    due = Q(regulates=False) | Q(asked_at__isnull=False)
    _enqueue(_accounts().filter(due, standing=Standing.PENDING).order_by("pk").iterator(chunk_size=200))


@transaction.atomic
def again(*, actor: User, user: User, editor: Editor) -> int:
    """Send one account once more, asked by an administrator; return how many are sent (0 when there is nothing to)."""
    _create_missing(user, takers().filter(pk=editor.pk))
    found = _ask(_accounts().filter(user=user, editor=editor, standing__in=OPEN), now_please=True)
    if found:
        trail.record(actor=actor, action="editor_account_sent_again", target=str(user.technical_id), editor=editor.pk)
    return found


@transaction.atomic
def all_again(*, actor: User, editor: Editor) -> int:
    """Send once more every account this editor refused or that waits for it; return how many."""
    waiting = Q(standing=Standing.FAILED) | Q(standing=Standing.PENDING, asked_at__isnull=False)
    found = _ask(_accounts().filter(waiting, editor=editor), now_please=True)
    if found:
        trail.record(actor=actor, action="editor_accounts_sent_again", target=f"editor:{editor.pk}", count=found)
    return found


def _accounts() -> QuerySet[Any]:
    """Accounts at editors that take them."""
    accounts = EditorAccount.objects.filter(editor__in=takers()).select_related("editor")
    return with_wanted(described(accounts, timezone.now()))


def _create_missing(user: User, editors: QuerySet[Editor]) -> None:
    missing = editors.exclude(accounts__user=user)
    EditorAccount.objects.bulk_create(
        [EditorAccount(user=user, editor=editor) for editor in missing], ignore_conflicts=True
    )


def _ask(accounts: QuerySet[Any], *, now_please: bool = False) -> int:
    """Mark and enqueue: a refusal counts no more, the editor is asked anew."""
    found = list(accounts)
    EditorAccount.objects.filter(pk__in=[one.pk for one in found]).update(
        asked_at=timezone.now(), refused=None, failures=0
    )
    _enqueue((one for one in found if one.standing != Standing.INCOMPLETE), now_please=now_please)
    return len(found)


def _enqueue(accounts: Iterable[Any], *, now_please: bool = False) -> None:
    """Write a delivery for each, unless the same is on its way; an editor that is switched off waits.

    `now_please`: what waits for a later attempt gives way to one made at once.
    """
    for account in filter(is_reached, accounts):
        if now_please or not is_waiting(_key(account)):
            _deliver(account, now_please=now_please)


def _deliver(account: Any, *, now_please: bool) -> None:
    if not now_please and deliver(CHANNEL, key=_key(account), account_id=account.pk):
        return
    # This was sent before, and something still differs: a round of its own
    settle(deliveries_of(account), waiting_too=now_please)
    EditorAccount.objects.filter(pk=account.pk, round=account.round).update(round=account.round + 1)
    account.round += 1
    deliver(CHANNEL, key=_key(account), account_id=account.pk)


def _key(account: Any) -> str:
    """One delivery for each regulator, editor and wanted state, and for each time it is asked anew."""
    written = json.dumps(account.wanted, sort_keys=True).encode()
    return f"{deliveries_of(account)}{account.round}:{hashlib.sha256(written).hexdigest()[:32]}"
