"""What to send so that an editor comes to hold the wanted state, whatever it may hold now. Pure functions.

A creation or a change of identifier whose answer was lost may have been done or not: what follows gives the
same end in both cases, and never a second account under one identifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from agenda.accounts.states import AccountState


class Method(StrEnum):
    POST = "POST"
    PUT = "PUT"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request: create `state`, or put it in place of whatever has the identifier `at`."""

    method: Method
    state: AccountState
    at: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`steps` in order; once all are answered, the editor holds `end`."""

    end: AccountState
    steps: tuple[Step, ...]


def plan(*, wanted: AccountState, known: AccountState | None, uncertain: Sequence[AccountState]) -> Plan | None:
    """Return what is to be sent; None when nothing is, or when the wanted account cannot be sent."""
    if not wanted.active:
        return _closing(known, uncertain)
    if not wanted.is_complete or (known == wanted and not uncertain):
        return None
    return Plan(end=wanted, steps=_opening(wanted, known, uncertain))


def _closing(known: AccountState | None, uncertain: Sequence[AccountState]) -> Plan | None:
    """Disable under every identifier the account may have; it keeps the names the editor has."""
    held = _by_identifier(known, uncertain)
    if not any(one.active for one in held) and not uncertain:
        return None
    return Plan(end=replace(held[-1], active=False), steps=tuple(_disable(one) for one in held))


def _opening(wanted: AccountState, known: AccountState | None, uncertain: Sequence[AccountState]) -> tuple[Step, ...]:
    held = _by_identifier(known, uncertain)
    others = [one for one in held if one.identifier != wanted.identifier]
    if not held:
        return (Step(method=Method.POST, state=wanted),)
    if len(others) < len(held):
        # It may have this identifier already: an unknown one acts as a create
        first, left = _put(wanted, at=wanted.identifier), others
    else:
        first, left = _put(wanted, at=others[0].identifier), others[1:]
    return (first, *(_disable(one) for one in left))


def _by_identifier(known: AccountState | None, uncertain: Sequence[AccountState]) -> list[AccountState]:
    """The states the editor may hold, the last one sent under each identifier."""
    states = [*([known] if known else []), *uncertain]
    return list({one.identifier: one for one in states}.values())


def _put(state: AccountState, *, at: tuple[str, str]) -> Step:
    return Step(method=Method.PUT, state=state, at=at)


def _disable(state: AccountState) -> Step:
    return _put(replace(state, active=False), at=state.identifier)
