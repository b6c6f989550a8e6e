"""Who is asked what: practitioners and SOS associations parted among the editors that know them, in batches."""

from collections.abc import Iterator, Mapping, Sequence

from agenda.known import editors_knowing
from agenda.models import Editor, EditorState, Flow
from agenda.queries import MOST_ASSOCIATIONS, MOST_PRACTITIONERS
from agenda.reports import Question
from agenda.windows import Window
from directory.found import Association, Candidate


def plan_questions(
    candidates: Sequence[Candidate], window: Window, *, associations: Sequence[Association] = ()
) -> tuple[Question, ...]:
    """Plan the calls of a search, in the order of the candidates, then of the associations (two queries).

    Only editors known for a practitioner (or an association) are asked, one that is switched off included
    (it will be reported as such); one nobody is known for is asked of every active editor of the flow.
    """
    people = [candidate.national_id for candidate in candidates if is_asked(candidate, window)]
    sos = [association.structure_id for association in associations]
    known = editors_knowing([*people, *sos]) if people or sos else {}
    editors = list(Editor.objects.all())
    planned = [*_shared_out(people, editors, known, sos=False), *_shared_out(sos, editors, known, sos=True)]
    return tuple(
        Question(number=number, editor_id=editor.pk, editor_name=editor.name, flow=flow, national_ids=batch)
        for number, (editor, flow, batch) in enumerate(planned)
    )


def _shared_out(
    asked: Sequence[str], editors: Sequence[Editor], known: Mapping[str, set[int]], *, sos: bool
) -> Iterator[tuple[Editor, Flow, tuple[str, ...]]]:
    flows = {editor.pk: flow for editor in editors if (flow := _sos_flow_of(editor) if sos else flow_of(editor))}
    for editor in editors:
        if editor.pk not in flows:
            continue
        wanted = [one for one in asked if _asks(editor, known.get(one, set()) & flows.keys())]
        for batch in in_batches(wanted, MOST_ASSOCIATIONS if sos else MOST_PRACTITIONERS):
            yield editor, flows[editor.pk], batch


def is_asked(candidate: Candidate, window: Window) -> bool:
    """Leave out who has no software or refuses its slots, and who is absent over the whole window."""
    away = any(start <= window.start and end >= window.end for start, end in candidate.absences)
    return candidate.accepts_editor_slots and not candidate.without_software and not away


def flow_of(editor: Editor) -> Flow | None:
    """INT_R04 where the editor offers it, else INT_R01."""
    return next((flow for flow in (Flow.R04, Flow.R01) if flow in editor.flows), None)


def _sos_flow_of(editor: Editor) -> Flow | None:
    return Flow.SOS if Flow.SOS in editor.flows else None


def in_batches(national_ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    unique = list(dict.fromkeys(national_ids))
    return [tuple(unique[n : n + size]) for n in range(0, len(unique), size)]


def _asks(editor: Editor, knowing: set[int]) -> bool:
    return editor.pk in knowing if knowing else editor.state == EditorState.ON
