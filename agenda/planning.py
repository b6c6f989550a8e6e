"""Who is asked what: practitioners parted among the editors that know them, at most 25 in a question."""

from collections.abc import Iterable, Sequence

from agenda.known import editors_knowing
from agenda.models import Editor, EditorState, Flow
from agenda.queries import MOST_PRACTITIONERS
from agenda.reports import Question
from agenda.windows import Window
from directory.found import Candidate


def plan_questions(candidates: Sequence[Candidate], window: Window) -> tuple[Question, ...]:
    """Plan the calls of a search, in the order of the candidates (two queries).

    Only editors known for a practitioner are asked, one that is switched off included (it will be
    reported as such); a practitioner nobody is known for is asked of every active editor.
    """
    asked = [candidate.national_id for candidate in candidates if is_asked(candidate, window)]
    editors = [editor for editor in Editor.objects.all() if flow_of(editor)]
    registered = {editor.pk for editor in editors}
    known = {who: ids & registered for who, ids in editors_knowing(asked).items()} if asked else {}
    questions: list[Question] = []
    for editor in editors:
        wanted = [national_id for national_id in asked if _asks(editor, known.get(national_id))]
        for batch in in_batches(wanted):
            questions.append(question(editor, batch, number=len(questions)))
    return tuple(questions)


def question(editor: Editor, national_ids: Iterable[str], *, number: int) -> Question:
    flow = flow_of(editor) or Flow.R01
    return Question(
        number=number, editor_id=editor.pk, editor_name=editor.name, flow=flow, national_ids=tuple(national_ids)
    )


def is_asked(candidate: Candidate, window: Window) -> bool:
    """Leave out who has no software or refuses its slots, and who is absent over the whole window."""
    away = any(start <= window.start and end >= window.end for start, end in candidate.absences)
    return candidate.accepts_editor_slots and not candidate.without_software and not away


def flow_of(editor: Editor) -> Flow | None:
    """INT_R04 where the editor offers it, else INT_R01."""
    return next((flow for flow in (Flow.R04, Flow.R01) if flow in editor.flows), None)


def in_batches(national_ids: Sequence[str]) -> list[tuple[str, ...]]:
    unique = list(dict.fromkeys(national_ids))
    return [tuple(unique[n : n + MOST_PRACTITIONERS]) for n in range(0, len(unique), MOST_PRACTITIONERS)]


def _asks(editor: Editor, knowing: set[int] | None) -> bool:
    return editor.pk in knowing if knowing else editor.state == EditorState.ON
