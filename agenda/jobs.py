"""The work of one Celery job: ask the editors of a search, then write down what each call was."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils import timezone

from agenda import known, streams
from agenda.aggregation import Questionnaire, Target, open_questions
from agenda.booking_urls import BookingHosts, is_loopback
from agenda.client import EditorRefused, peer_of
from agenda.loops import editor_loop
from agenda.models import Editor, EditorCall, EditorState, Outcome
from agenda.reports import CallReport, Question
from agenda.windows import Window


class KeptSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What a job reads of a kept search; candidates and cards stay undecoded."""

    id: UUID
    questions: tuple[Question, ...]
    window_start: datetime
    window_end: datetime
    zone: str

    @property
    def window(self) -> Window:
        return Window(start=self.window_start, end=self.window_end)


BROKEN_KEPT = 5

_kept = msgspec.msgpack.Decoder(KeptSearch)


def kept_search(search_id: UUID) -> KeptSearch | None:
    value = streams.kept(search_id)
    return _kept.decode(value) if value else None


def question_about(search: KeptSearch, national_id: str, *, editor_id: int) -> Question | None:
    """The question this search asked this editor, about one practitioner (or association) alone; None: it did not."""
    asked = (one for one in search.questions if one.editor_id == editor_id and national_id in one.national_ids)
    found = next(asked, None)
    return msgspec.structs.replace(found, number=0, national_ids=(national_id,)) if found else None


def run(search_id: UUID, *, round_number: int = 0, editor_id: int = 0) -> None:
    """Ask what this round still has to ask. Delivered twice, it asks nothing twice."""
    search = kept_search(search_id)
    is_open = any(one.number == round_number for one in streams.rounds_open(search_id))
    if search is None or not is_open:
        return
    done = streams.answered(search_id, round_number)
    questionnaire = Questionnaire(
        search_id=search_id,
        questions=open_questions(search.questions, done, editor_id),
        window=search.window,
        zone=search.zone,
        round=round_number,
        editor_id=editor_id,
        may_reuse=round_number == 0,
    )
    write_down(ask_on_worker(questionnaire), search_id=search_id)


def ask_on_worker(questionnaire: Questionnaire) -> list[CallReport]:
    """Ask on the process's own event loop, each report pushed as it lands, then the end of the round."""
    loop = editor_loop()
    pusher = loop.aggregator.pusher
    assert pusher is not None  # noqa: S101 - the worker's aggregator has one

    async def deliver(report: CallReport, reuse_key: str) -> None:
        await pusher.push(questionnaire.search_id, report, reuse_key=reuse_key)

    async def ask_then_close() -> list[CallReport]:
        reports = await loop.aggregator.ask_all(questionnaire, targets, deliver)
        await pusher.close_round(questionnaire.search_id, questionnaire.round, questionnaire.editor_id)
        return reports

    targets = targets_of(questionnaire.questions)
    return loop.run(ask_then_close())


def targets_of(questions: Iterable[Question]) -> dict[int, Target]:
    """Read the editors as they are now: a switch turned off counts at once."""
    editors = Editor.objects.filter(pk__in={question.editor_id for question in questions})
    return {editor.pk: target_of(editor) for editor in editors}


def target_of(editor: Editor) -> Target:
    on_this_machine = is_loopback(urlsplit(editor.base_url).hostname) and not settings.PRODUCTION
    hosts = BookingHosts.of(editor.booking_hosts, loopback=on_this_machine)
    if editor.state != EditorState.ON:
        return Target(editor_id=editor.pk, hosts=hosts, barred=Outcome.DISABLED)
    try:
        return Target(editor_id=editor.pk, hosts=hosts, peer=peer_of(editor))
    except EditorRefused as error:
        return Target(editor_id=editor.pk, hosts=hosts, barred=error.outcome)


def write_down(reports: Iterable[CallReport], *, search_id: UUID) -> None:
    """Record every call (supervision) and what it taught (known agendas)."""
    now = timezone.now()
    reports = list(reports)
    registered = set(Editor.objects.filter(pk__in={r.editor_id for r in reports}).values_list("pk", flat=True))
    EditorCall.objects.bulk_create(
        EditorCall(
            editor_id=report.editor_id,
            search=search_id,
            at=now,
            flow=report.flow,
            practitioners=len(report.national_ids),
            duration_ms=report.duration_ms if report.reused_age_s is None else 0,
            outcome=report.outcome,
            slots=len(report.slots),
            rejects=report.rejects,
            broken=[(one.reason, one.path) for one in report.broken[:BROKEN_KEPT] if report.reused_age_s is None],
            reused=report.reused_age_s is not None,
        )
        for report in reports
        if report.editor_id in registered
    )
    known.learn(reports, now=now)
