"""Is the chosen slot still free? One practitioner (or association) asked of one editor again, in about one second."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from celery import current_app
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from agenda import jobs, streams
from agenda.aggregation import Questionnaire
from agenda.loops import editor_loop
from agenda.progress import Progress
from agenda.reports import CallReport
from agenda.searches import Search, landed
from agenda.slots import Slot
from agenda.visibility import sort_association_slots, sort_slots

PATIENCE_SECONDS = 1.2
ALTERNATIVES = 3


@dataclass(frozen=True, kw_only=True)
class Rechecked:
    """`slot` as it is now, or as it was shown when the editor did not answer (`verified` False).

    No slot and not `verified`: this search never showed that slot to this viewer.
    """

    slot: Slot | None
    gone: bool
    verified: bool
    alternatives: tuple[Slot, ...] = ()


def recheck(*, search: Search, slot_key: str) -> Rechecked:
    """Ask the editor whether the slot is still free; the next three of the same practitioner otherwise."""
    shown = shown_slots(search)
    slot = next((one for one in shown if one.key == slot_key and not one.own), None)
    if slot is None:
        return Rechecked(slot=None, gone=True, verified=False)
    report = _ask_quickly(search, slot)
    if report is None or not report.answered:
        return Rechecked(slot=slot, gone=False, verified=False, alternatives=next_to(slot, shown))
    fresh = _visible(search, slot.national_id, report.slots)
    now_is = next((one for one in fresh if one.key == slot_key), None)
    return Rechecked(slot=now_is, gone=now_is is None, verified=True, alternatives=next_to(slot, fresh))


def shown_slots(search: Search) -> tuple[Slot, ...]:
    """Every slot this search may show to its viewer, so far."""
    progress = Progress(search, now=timezone.now())
    for one in landed(search):
        progress.take(one)
    visible = [card.slots for card in progress.cards] + [card.slots for card in progress.associations]
    return tuple(one.slot for slots in visible for one in slots)


def answer(search_id: UUID, *, editor_id: int, national_id: str, token: str) -> None:
    """The worker's part: ask, and leave the report for whoever waits under this token."""
    search = jobs.kept_search(search_id)
    if search is None:
        return
    asked = jobs.question_about(search, national_id, editor_id=editor_id)
    if asked is None:
        return
    questionnaire = Questionnaire(
        search_id=search_id, questions=(asked,), window=search.window, zone=search.zone, may_reuse=False
    )
    loop = editor_loop()
    pusher = loop.aggregator.pusher
    assert pusher is not None  # noqa: S101 - the worker's aggregator has one

    async def deliver(report: CallReport, reuse_key: str) -> None:
        await pusher.leave(token, report)

    reports = loop.run(loop.aggregator.ask_all(questionnaire, jobs.targets_of([asked]), deliver))
    jobs.write_down(reports, search_id=search_id)


def _ask_quickly(search: Search, slot: Slot) -> CallReport | None:
    token = uuid.uuid4().hex
    try:
        current_app.send_task(
            "agenda.tasks.ask_one", args=[str(search.id), slot.editor_id, slot.national_id, token], retry=False
        )
        return streams.take(token, seconds=PATIENCE_SECONDS)
    except (RedisError, OperationalError):
        return None


def _visible(search: Search, national_id: str, slots: tuple[Slot, ...]) -> list[Slot]:
    his = [slot for slot in slots if slot.national_id == national_id]
    candidate = next((one for one in search.found.candidates if one.national_id == national_id), None)
    now = timezone.now()
    if candidate is None:
        visible, _ = sort_association_slots(
            his, viewer=search.viewer, window=search.window, now=now, filters=search.filters
        )
    else:
        visible, _ = sort_slots(
            his, candidate=candidate, viewer=search.viewer, window=search.window, now=now, filters=search.filters
        )
    return [one.slot for one in visible]


def next_to(slot: Slot, slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The next three of the same practitioner, or association: later ones first, at the same consultation place."""
    others = [one for one in slots if one.national_id == slot.national_id and one.key != slot.key]
    later = [one for one in others if one.start >= slot.start]
    earlier = [one for one in others if one.start < slot.start]
    nearest = sorted([*later, *earlier], key=lambda one: one.place.name != slot.place.name)
    return tuple(nearest[:ALTERNATIVES])
