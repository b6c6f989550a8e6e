"""What is sent, from what is wanted, known and uncertain; then every way an answer can be lost, played out."""

from dataclasses import dataclass, field, replace
from itertools import product

import pytest

from agenda.accounts.difference import Method, Plan, plan
from agenda.accounts.states import AccountState
from agenda.identifiers import IDNPS
from sasportal.accounts.identifiers import TECHNICAL_ID
from tests.editor_accounts.cast import CAMILLE, state

NATIONAL = (IDNPS, CAMILLE)
TECHNICAL = (TECHNICAL_ID, "6f1f2f0e-0000-4000-8000-000000000001")
LOCAL = state(system=TECHNICAL[0], value=TECHNICAL[1])
HERE = state()
GONE = state(active=False)
RENAMED = state(family="Durand")


def said(found: Plan | None) -> list[tuple[str, tuple[str, str] | None, AccountState]]:
    return [(one.method.value, one.at, one.state) for one in found.steps] if found else []


@pytest.mark.parametrize(
    ("wanted", "known", "uncertain", "sent"),
    [
        (HERE, None, [], [("POST", None, HERE)]),
        (HERE, HERE, [], []),
        (RENAMED, HERE, [], [("PUT", NATIONAL, RENAMED)]),
        (HERE, GONE, [], [("PUT", NATIONAL, HERE)]),
        (GONE, HERE, [], [("PUT", NATIONAL, GONE)]),
        (GONE, GONE, [], []),
        (GONE, None, [], []),
        # An address that went away is no reason to leave an account open, nor to send one without
        (state(email=""), HERE, [], []),
        (state(active=False, email=""), HERE, [], [("PUT", NATIONAL, GONE)]),
        # Disabling says nothing new about names: the editor keeps those it has
        (replace(RENAMED, active=False), HERE, [], [("PUT", NATIONAL, GONE)]),
        # From a technical identifier to the national one
        (HERE, LOCAL, [], [("PUT", TECHNICAL, HERE)]),
        (GONE, LOCAL, [], [("PUT", TECHNICAL, replace(LOCAL, active=False))]),
        # An answer was lost
        (HERE, None, [HERE], [("PUT", NATIONAL, HERE)]),
        (HERE, HERE, [RENAMED], [("PUT", NATIONAL, HERE)]),
        (HERE, None, [LOCAL], [("PUT", TECHNICAL, HERE)]),
        (GONE, None, [HERE], [("PUT", NATIONAL, GONE)]),
        (HERE, LOCAL, [HERE], [("PUT", NATIONAL, HERE), ("PUT", TECHNICAL, replace(LOCAL, active=False))]),
        (GONE, LOCAL, [HERE], [("PUT", TECHNICAL, replace(LOCAL, active=False)), ("PUT", NATIONAL, GONE)]),
    ],
)
def test_what_is_sent(
    wanted: AccountState, known: AccountState | None, uncertain: list[AccountState], sent: list[object]
) -> None:
    assert said(plan(wanted=wanted, known=known, uncertain=uncertain)) == sent


@dataclass
class StrictServer:
    """Conditional update by the letter of FHIR: nothing found is created, whatever exists under another name."""

    accounts: list[AccountState] = field(default_factory=list)

    def take(self, method: Method, at: tuple[str, str] | None, new: AccountState) -> None:
        found = [one for one in self.accounts if one.identifier == at] if method is Method.PUT else []
        assert len(found) < 2
        self.accounts = [one for one in self.accounts if one not in found] + [new]


@dataclass
class Sender:
    """Known and uncertain states as the sender keeps them (tests/editor_accounts/test_sending.py has the real one)."""

    known: AccountState | None = None
    uncertain: list[AccountState] = field(default_factory=list)

    def send(self, server: StrictServer, wanted: AccountState, *, fate: str) -> None:
        """`fate`: the answer comes, is lost after the editor did it, or the request is lost on its way."""
        to_do = plan(wanted=wanted, known=self.known, uncertain=self.uncertain)
        if to_do is None:
            return
        self.uncertain = [one for one in self.uncertain if one != to_do.end] + [to_do.end]
        for step in to_do.steps:
            if fate == "request lost":
                return
            server.take(step.method, step.at, step.state)
            if fate == "answer lost":
                return
        self.known, self.uncertain = to_do.end, []


WISHES = (LOCAL, HERE, RENAMED, replace(LOCAL, active=False), GONE)
FATES = ("answered", "answer lost", "request lost")


@pytest.mark.parametrize("first", FATES)
@pytest.mark.parametrize("second", FATES)
@pytest.mark.parametrize("third", FATES)
def test_whatever_is_lost_one_account_is_left_as_wanted(first: str, second: str, third: str) -> None:
    """Three wishes in any order that happens, each with its fate, then answers come: the end is the last wish."""
    fates = (first, second, third)
    for wishes in product(WISHES, repeat=3):
        if any(
            a.identifier == NATIONAL and b.identifier == TECHNICAL for a, b in zip(wishes, wishes[1:], strict=False)
        ):
            continue  # a national identifier is never taken back
        sender, server = Sender(), StrictServer()
        for wish, fate in zip(wishes, fates, strict=True):
            sender.send(server, wish, fate=fate)
        sender.send(server, wishes[-1], fate="answered")
        open_now = [one for one in server.accounts if one.active]
        assert open_now == ([wishes[-1]] if wishes[-1].active else []), (wishes, fates)
        assert len({one.identifier for one in server.accounts}) == len(server.accounts), (wishes, fates)
