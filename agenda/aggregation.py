"""Ask every editor of a search at once, and deliver each answer the moment it lands.

Nothing here waits for the slowest: each question is on its own, bounded per editor (bulkhead), behind
the editor's breaker, shared with an identical question already in flight, or answered from a report
less than 30 s old, with its age.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec

from agenda.asking import WHOLE_CALL_SECONDS, Call, ask
from agenda.booking_urls import BookingHosts
from agenda.breaker import Breakers
from agenda.client import EditorClient, Peer
from agenda.models import Outcome
from agenda.reports import ANSWERED, COMPLETE, CallReport, Question, unanswered
from agenda.streams import Pusher
from agenda.windows import Window

DEADLINE_SECONDS = 7.0
# Calls under way at once towards one editor, in one worker process
BULKHEAD = 32

Deliver = Callable[[CallReport, str], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """An editor as this search may reach it. `barred` says why it may not (switched off, bad certificate…)."""

    editor_id: int
    hosts: BookingHosts
    peer: Peer | None = None
    barred: Outcome | None = None


class Questionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a search the worker needs; `zone` writes the instants of the requests."""

    search_id: UUID
    questions: tuple[Question, ...]
    window: Window
    zone: str
    round: int = 0
    editor_id: int = 0
    may_reuse: bool = True


class Aggregator:
    """Lives as long as one event loop: open connections, breakers, bulkheads, questions in flight."""

    def __init__(self, client: EditorClient, breakers: Breakers, pusher: Pusher | None = None) -> None:
        self.client = client
        self.breakers = breakers
        self.pusher = pusher
        self._bulkheads: dict[int, asyncio.Semaphore] = {}
        self._in_flight: dict[str, asyncio.Task[CallReport]] = {}

    async def ask_all(
        self, questionnaire: Questionnaire, targets: Mapping[int, Target], deliver: Deliver
    ) -> list[CallReport]:
        """Ask every question concurrently; return the reports once all were delivered, deadline included.

        A report that could not be delivered is raised only once all the others were.
        """
        until = time.monotonic() + DEADLINE_SECONDS
        keys = {question.number: reuse_key(question, questionnaire.window) for question in questionnaire.questions}
        await self.breakers.refresh(targets)
        recent = await self._recent(questionnaire, keys)
        answers = [
            self._answer(question, questionnaire, targets, deliver, keys[question.number], recent, until)
            for question in questionnaire.questions
        ]
        results = await asyncio.gather(*answers, return_exceptions=True)
        for error in results:
            if isinstance(error, BaseException):
                raise error
        return [one for one in results if isinstance(one, CallReport)]

    async def _recent(
        self, questionnaire: Questionnaire, keys: Mapping[int, str]
    ) -> dict[str, tuple[CallReport, float]]:
        if self.pusher is None or not questionnaire.may_reuse:
            return {}
        return await self.pusher.reusable(keys.values())

    async def _answer(
        self, question: Question, questionnaire: Questionnaire, targets: Mapping[int, Target],
        deliver: Deliver, key: str, recent: Mapping[str, tuple[CallReport, float]], until: float,
    ) -> CallReport:  # fmt: skip
        target = targets.get(question.editor_id)
        if target is None or target.barred or target.peer is None:
            outcome = (target.barred if target else None) or Outcome.DISABLED
            report = unanswered(question, outcome, round=questionnaire.round)
        elif key in recent:
            report = reused(*recent[key], question, questionnaire)
        else:
            report = await self._share(question, questionnaire, target, key, until)
        # Only a fresh and usable answer may serve again
        fresh = report.reused_age_s is None and report.outcome in ANSWERED
        await deliver(report, key if fresh else "")
        return report

    async def _share(
        self, question: Question, questionnaire: Questionnaire, target: Target, key: str, until: float
    ) -> CallReport:
        """Ask, or wait for the same question already in flight."""
        running = self._in_flight.get(key)
        if running is not None and questionnaire.may_reuse:
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    return reused(await asyncio.shield(running), 0.0, question, questionnaire)
            except TimeoutError:
                return unanswered(question, Outcome.TIMEOUT, round=questionnaire.round)
        task = asyncio.create_task(self._ask(question, questionnaire, target, until))
        self._in_flight[key] = task
        try:
            return await task
        finally:
            if self._in_flight.get(key) is task:
                del self._in_flight[key]

    async def _ask(self, question: Question, questionnaire: Questionnaire, target: Target, until: float) -> CallReport:
        assert target.peer is not None  # noqa: S101 - barred otherwise
        editor_id = question.editor_id
        call = Call(
            question=question, peer=target.peer, hosts=target.hosts,
            window=questionnaire.window, zone=questionnaire.zone, round=questionnaire.round,
        )  # fmt: skip
        bulkhead = self._bulkheads.setdefault(editor_id, asyncio.Semaphore(BULKHEAD))
        try:
            async with asyncio.timeout(until - time.monotonic()):
                await bulkhead.acquire()
        except TimeoutError:
            return unanswered(question, Outcome.OVERLOAD, round=questionnaire.round)
        try:
            if not await self.breakers.admits(editor_id):
                return unanswered(question, Outcome.OPEN, round=questionnaire.round)
            left = until - time.monotonic()
            report = await ask(self.client, call, seconds=min(left, WHOLE_CALL_SECONDS))
        finally:
            bulkhead.release()
        await (self.breakers.succeeded if report.answered else self.breakers.failed)(editor_id)
        return report


def reused(report: CallReport, age: float, question: Question, questionnaire: Questionnaire) -> CallReport:
    """Turn somebody else's answer into the answer of this question: same slots, with their age."""
    slots = tuple(slot for slot in report.slots if questionnaire.window.holds(slot.start))
    outcome = report.outcome
    if outcome in COMPLETE:
        outcome = Outcome.OK if slots else Outcome.EMPTY
    return msgspec.structs.replace(
        report,
        question=question.number,
        national_ids=question.national_ids,
        outcome=outcome,
        slots=slots,
        reused_age_s=age,
        round=questionnaire.round,
    )


def reuse_key(question: Question, window: Window) -> str:
    """Identical questions: same editor, flow and practitioners, until the same instant."""
    asked = [str(question.editor_id), question.flow, window.end.isoformat(), *sorted(question.national_ids)]
    return hashlib.blake2b("|".join(asked).encode(), digest_size=16).hexdigest()


def open_questions(questions: Iterable[Question], answered: frozenset[int], editor_id: int) -> tuple[Question, ...]:
    """Questions a (re)delivered job still has to ask; `editor_id` 0 means every editor."""
    return tuple(
        question for question in questions if question.number not in answered and editor_id in {0, question.editor_id}
    )
