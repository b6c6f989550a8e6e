"""Bring one editor to hold the wanted state of one regulator: the channel of the outbox that writes to editors.

The row is held by a lease while something is under way, and what is sent is written down before it leaves:
killed at any point, or left without an answer, the next attempt knows that the editor may have it already.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import F, Q
from django.utils import timezone

from agenda.accounts.difference import Method, Plan, Step, plan
from agenda.accounts.fhir import practitioner, read_outcome
from agenda.accounts.models import EditorAccount
from agenda.accounts.states import AccountState, described, with_wanted
from agenda.client import EditorRefused, EditorUnavailable, NotSent, Peer, Written, peer_of
from agenda.models import EditorState, Flow, Outcome
from agenda.tls import THEIRS_REFUSED
from agenda.written import Busy, room_at, write
from sasportal.outbox.deliveries import settle
from sasportal.outbox.relay import DeliveryFailed, DeliveryRefused

HELD = timedelta(minutes=1)
MOST_FAILURES = 25  # about a day; fewer than the outbox allows, so that the screen says it first
GONE = {404, 410}
BUSY = "Un autre envoi vers cet éditeur est en cours."


@dataclass
class AccountRefused(Exception):
    """The editor said no to this account. `message` is in its own words, made fit to show."""

    message: str


def send(account_id: int) -> None:
    """Send what this account lacks, if anything; raise DeliveryFailed or DeliveryRefused."""
    until = _hold(account_id)
    row = EditorAccount.objects.filter(pk=account_id).select_related("editor")
    account = with_wanted(described(row, timezone.now())).get()
    to_do = _to_do(account)
    if to_do is None or not is_reached(account):
        _release(account_id, until)
        return
    try:
        with room_at(account.editor_id):
            _send(account, to_do, until)
    except Busy:
        _release(account_id, until)
        raise DeliveryFailed(BUSY) from None


def is_reached(account: EditorAccount) -> bool:
    """Tell whether accounts may be written to this editor now; one that is switched off is caught up later."""
    return account.editor.state == EditorState.ON and Flow.R02 in account.editor.flows


def deliveries_of(account: EditorAccount) -> str:
    """What the keys of all deliveries of this account start with."""
    return f"editor-account:{account.pk}:"


def _to_do(account: Any) -> Plan | None:
    return plan(
        wanted=AccountState.of(account.wanted),
        known=AccountState.of(account.known) if account.known else None,
        uncertain=[AccountState.of(one) for one in account.uncertain],
    )


def _send(account: Any, to_do: Plan, until: datetime) -> None:
    before = account.uncertain
    sent = to_do.end.as_json()
    _keep(account.pk, until, uncertain=[*(one for one in before if one != sent), sent])
    try:
        peer = peer_of(account.editor)
        for step in to_do.steps:
            _take(peer, step)
    except AccountRefused as refused:
        # Said no to the first request of several, it changed nothing; later ones leave it open
        _refused(account, until, refused.message, uncertain=before if len(to_do.steps) == 1 else None)
    except (EditorUnavailable, EditorRefused) as error:
        untaken = isinstance(error, NotSent) or (isinstance(error, EditorRefused) and error.why.isdigit())
        _failed(account, until, reason(error), uncertain=before if untaken and len(to_do.steps) == 1 else None)
    else:
        _keep(
            account.pk, until, known=sent, known_at=timezone.now(), uncertain=[], refused=None, message="", failures=0,
            asked_at=None, round=F("round") + 1, held_until=None,
        )  # fmt: skip
        settle(deliveries_of(account))


def _take(peer: Peer, step: Step) -> None:
    """Have one step done; raise AccountRefused when the editor says no."""
    answer = _written(peer, step)
    if answer.taken and not read_outcome(answer.body).is_error:
        return
    if step.method is Method.PUT and not step.state.active and answer.status in GONE:
        return  # no such account: nothing is left open
    said = read_outcome(answer.body)
    if step.method is Method.POST and ("duplicate" in said.codes or answer.status == 409):
        _take(peer, Step(method=Method.PUT, state=step.state, at=step.state.identifier))
        return
    raise AccountRefused(said.message or f"Refus sans explication (HTTP {answer.status}).")


def _written(peer: Peer, step: Step) -> Written:
    path = "Practitioner"
    if step.at is not None:
        path += f"?identifier={quote('|'.join(step.at), safe=':')}"
    return write(peer, Flow.R02, step.method, path, body=practitioner(step.state))


def _refused(account: Any, until: datetime, message: str, *, uncertain: list[Any] | None) -> None:
    changed = {} if uncertain is None else {"uncertain": uncertain}
    _keep(
        account.pk, until, refused=account.wanted, message=message, failures=0, asked_at=None, held_until=None,
        **changed,
    )  # fmt: skip
    raise DeliveryRefused("L’éditeur refuse ce compte : voir « Comptes chez les éditeurs ».")


def _failed(account: Any, until: datetime, why: str, *, uncertain: list[Any] | None) -> None:
    """Leave it for later, or give up after many times: the screen then says so."""
    if account.failures + 1 >= MOST_FAILURES:
        _refused(account, until, f"Abandonné après {MOST_FAILURES} essais. {why}", uncertain=uncertain)
    changed = {} if uncertain is None else {"uncertain": uncertain}
    _keep(account.pk, until, message=why, failures=F("failures") + 1, held_until=None, **changed)
    raise DeliveryFailed(why)


def reason(error: EditorUnavailable | EditorRefused) -> str:
    """Say what kept an account from reaching an editor."""
    match error.outcome:
        case Outcome.TIMEOUT:
            return "L’éditeur n’a pas répondu à temps."
        case Outcome.REFUSED if error.why == THEIRS_REFUSED:
            return "Le certificat de l’éditeur n’est pas celui attendu."
        case Outcome.REFUSED:
            return "L’éditeur refuse notre certificat ou notre accès."
        case Outcome.OVERLOAD:
            return "L’éditeur se dit surchargé."
        case Outcome.UNREACHABLE if error.why.isdigit():
            return f"L’éditeur répond par une erreur (HTTP {error.why})."
        case Outcome.UNREACHABLE:
            return "L’éditeur est injoignable."
        case _:
            return "La réponse de l’éditeur est inutilisable."


def _hold(account_id: int) -> datetime:
    """Take the row for the length of a lease; whoever holds it alone may send."""
    now = timezone.now()
    until = now + HELD
    free = EditorAccount.objects.filter(Q(held_until=None) | Q(held_until__lte=now), pk=account_id)
    if not free.update(held_until=until):
        raise DeliveryFailed(BUSY)
    return until


def _release(account_id: int, until: datetime) -> None:
    _keep(account_id, until, held_until=None)


def _keep(account_id: int, until: datetime, **changed: Any) -> None:
    """Write to the row, unless its lease ran out and somebody else holds it."""
    if not EditorAccount.objects.filter(pk=account_id, held_until=until).update(**changed):
        raise DeliveryFailed(BUSY)
