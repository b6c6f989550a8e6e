"""What is asked of an editor, and what came of it: the values that travel from worker to page."""

import msgspec

from agenda.models import Flow, Outcome
from agenda.slots import Slot

ANSWERED = frozenset({Outcome.OK, Outcome.EMPTY, Outcome.PARTIAL})
# Only these let a page say that a practitioner has no slot (robustness.md)
COMPLETE = frozenset({Outcome.OK, Outcome.EMPTY})


class Question(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call to make: at most 25 practitioners, or 10 SOS associations, asked of one editor.

    `number` is unique in its search.
    """

    number: int
    editor_id: int
    editor_name: str
    flow: Flow
    national_ids: tuple[str, ...]


class Reject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One resource left out of an answer: why, and where it stood (FHIRPath)."""

    reason: str
    path: str


class CallReport(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One question answered, or not. `known` are the practitioners, or associations, present in the answer."""

    question: int
    editor_id: int
    editor_name: str
    flow: Flow
    national_ids: tuple[str, ...]
    outcome: Outcome
    duration_ms: int = 0
    slots: tuple[Slot, ...] = ()
    rejects: dict[str, int] = {}
    # The first few, for admins and for the editor
    broken: tuple[Reject, ...] = ()
    known: tuple[str, ...] = ()
    reused_age_s: float | None = None
    # 0 for the search itself, then one more each time somebody asks again
    round: int = 0

    @property
    def answered(self) -> bool:
        return self.outcome in ANSWERED


class Landed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event of a search. No report and no `again`: every question of the round has its report."""

    event_id: str
    report: CallReport | None = None
    # This editor is being asked again
    again: int | None = None

    @property
    def complete(self) -> bool:
        return self.report is None and self.again is None


def unanswered(question: Question, outcome: Outcome, *, duration_ms: int = 0, round: int = 0) -> CallReport:
    """Report that nothing usable came of this question."""
    return CallReport(
        question=question.number,
        editor_id=question.editor_id,
        editor_name=question.editor_name,
        flow=question.flow,
        national_ids=question.national_ids,
        outcome=outcome,
        duration_ms=duration_ms,
        round=round,
    )
