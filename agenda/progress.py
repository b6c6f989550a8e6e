"""Where a search stands: what each editor did, and what each card may honestly say."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from agenda.association_cards import AssociationCard, association_card
from agenda.days import CardState, Day, days
from agenda.models import Outcome
from agenda.own.merging import own_beside
from agenda.places import same_place
from agenda.reports import ANSWERED, COMPLETE, CallReport, Landed, Question
from agenda.searches import Search
from agenda.slots import Slot
from agenda.visibility import Hidden, HiddenReason, VisibleSlot, sort_slots
from directory.found import Candidate
from directory.zones import zone_of_postal_code

EditorState = Literal["waiting", "answered", "partial", "failed"]

MESSAGES = {
    Outcome.OK: "{editor} a répondu.",
    Outcome.EMPTY: "{editor} a répondu : aucun créneau.",
    Outcome.PARTIAL: "{editor} a répondu, mais une partie de sa réponse est inutilisable.",
    Outcome.INVALID: "La réponse de {editor} est inutilisable.",
    Outcome.TIMEOUT: "{editor} n’a pas répondu à temps.",
    Outcome.REFUSED: "{editor} a refusé la connexion.",
    Outcome.UNREACHABLE: "{editor} est injoignable.",
    Outcome.OVERLOAD: "{editor} est surchargé.",
    Outcome.OPEN: "{editor} est mis en pause après trop d’échecs ; un nouvel essai aura lieu de lui-même.",
    Outcome.DISABLED: "{editor} est coupé par un administrateur.",
}
CPTS_CONTACT = "Adresser un patient hors créneaux"


@dataclass(frozen=True, kw_only=True)
class EditorProgress:
    """One editor of the search; `outcome` is the worst of its calls, None while none has landed."""

    editor_id: int
    name: str
    state: EditorState
    outcome: Outcome | None
    message_fr: str
    duration_ms: int
    slots: int
    rejects: Mapping[str, int]
    reused_age_s: float | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """What the page shows of one practitioner now. `waiting` and `failed` are names of editors."""

    candidate: Candidate
    state: CardState
    days: tuple[Day, ...]
    hidden: tuple[Hidden, ...]
    waiting: tuple[str, ...]
    failed: tuple[str, ...]
    contact_label: str
    contact_phone: str
    absent: bool
    time_zone: str

    @property
    def slots(self) -> tuple[VisibleSlot, ...]:
        return tuple(slot for day in self.days for slot in day.slots)


@dataclass(frozen=True, kw_only=True)
class Counts:
    practitioners: int
    with_slots: int
    answered_editors: int
    editors: int


class Progress:
    """The search so far. Feed it every event with `take`; asking twice for the same event is harmless."""

    def __init__(self, search: Search, *, now: datetime) -> None:
        self.search = search
        self.now = now
        self.done = False
        self._candidates = {candidate.national_id: candidate for candidate in search.found.candidates}
        self._associations = {one.structure_id: one for one in search.found.associations}
        self._reports: dict[int, CallReport] = {}
        self._own: dict[str, list[Slot]] = {}
        for slot in search.own:
            self._own.setdefault(slot.national_id, []).append(slot)
        self._questions_of: dict[str, list[Question]] = {}
        for question in search.questions:
            for national_id in question.national_ids:
                self._questions_of.setdefault(national_id, []).append(question)

    def take(self, landed: Landed) -> frozenset[str]:
        """Take one event into account; return the national ids whose card changed, those of associations included."""
        if landed.report:
            return self._take_report(landed.report)
        if landed.again is not None:
            return self._forget(landed.again)
        self.done = True
        return frozenset()

    def _take_report(self, report: CallReport) -> frozenset[str]:
        before = self._reports.get(report.question)
        if before and before.round > report.round:
            return frozenset()
        self._reports[report.question] = report
        return frozenset(report.national_ids)

    def _forget(self, editor_id: int) -> frozenset[str]:
        """The editor is asked again: its cards wait for it, unless it had answered."""
        self.done = False
        failed = [r for r in self._reports.values() if r.editor_id == editor_id and not r.answered]
        for report in failed:
            del self._reports[report.question]
        return frozenset(national_id for report in failed for national_id in report.national_ids)

    @property
    def editors(self) -> tuple[EditorProgress, ...]:
        questions: dict[int, list[Question]] = {}
        for question in self.search.questions:
            questions.setdefault(question.editor_id, []).append(question)
        return tuple(self._editor(asked) for asked in questions.values())

    def _editor(self, asked: list[Question]) -> EditorProgress:
        reports = [self._reports[q.number] for q in asked if q.number in self._reports]
        outcome = worst([report.outcome for report in reports])
        rejects: dict[str, int] = {}
        for report in reports:
            for reason, count in report.rejects.items():
                rejects[reason] = rejects.get(reason, 0) + count
        name = asked[0].editor_name
        waiting = len(reports) < len(asked)
        return EditorProgress(
            editor_id=asked[0].editor_id,
            name=name,
            state="waiting" if waiting else editor_state([report.outcome for report in reports]),
            outcome=outcome,
            message_fr=f"Réponse de {name} attendue."
            if waiting
            else MESSAGES[outcome or Outcome.OK].format(editor=name),
            duration_ms=max((report.duration_ms for report in reports), default=0),
            slots=sum(len(report.slots) for report in reports),
            rejects=rejects,
            reused_age_s=max((r.reused_age_s for r in reports if r.reused_age_s is not None), default=None),
        )

    @property
    def counts(self) -> Counts:
        editors = self.editors
        return Counts(
            practitioners=len(self._candidates),
            with_slots=sum(1 for national_id in self._candidates if self.card(national_id).state == "slots"),
            answered_editors=sum(1 for editor in editors if editor.state in {"answered", "partial"}),
            editors=len(editors),
        )

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(self.card(national_id) for national_id in self._candidates)

    def cards_of(self, changed: Set[str]) -> tuple[Card, ...]:
        return tuple(self.card(national_id) for national_id in sorted(changed & self._candidates.keys()))

    def card(self, national_id: str) -> Card:
        """Build the card of one practitioner; KeyError when the search did not find him."""
        candidate = self._candidates[national_id]
        asked = self._questions_of.get(national_id, [])
        reports = self._reports_of(national_id)
        visible, hidden = self.sorted_for(candidate)
        zone = candidate.places[0].time_zone if candidate.places else self.search.near.time_zone
        label, phone = contact(candidate)
        waiting = [q.editor_name for q in asked if q.number not in self._reports]
        return Card(
            candidate=candidate,
            state=self._card_state(candidate, visible, asked, reports),
            days=days(visible, now=self.now, zone=zone),
            hidden=hidden,
            waiting=tuple(dict.fromkeys(waiting)),
            failed=tuple(dict.fromkeys(r.editor_name for r in reports if r.outcome not in COMPLETE)),
            contact_label=label,
            contact_phone=phone,
            absent=absent(candidate, self.search),
            time_zone=zone,
        )

    @property
    def associations(self) -> tuple[AssociationCard, ...]:
        return tuple(self.association(structure_id) for structure_id in self._associations)

    def associations_of(self, changed: Set[str]) -> tuple[AssociationCard, ...]:
        return tuple(self.association(structure_id) for structure_id in sorted(changed & self._associations.keys()))

    def association(self, structure_id: str) -> AssociationCard:
        """Build the card of one SOS association; KeyError when the search did not find it."""
        return association_card(
            self._associations[structure_id],
            search=self.search,
            asked=self._questions_of.get(structure_id, []),
            reports=self._reports_of(structure_id),
            now=self.now,
            done=self.done,
        )

    def candidate(self, national_id: str) -> Candidate:
        return self._candidates[national_id]

    def _reports_of(self, national_id: str) -> list[CallReport]:
        asked = self._questions_of.get(national_id, [])
        return [self._reports[q.number] for q in asked if q.number in self._reports]

    def sorted_for(
        self, candidate: Candidate, *, own: Sequence[Slot] | None = None
    ) -> tuple[tuple[VisibleSlot, ...], tuple[Hidden, ...]]:
        """Part what was received for this practitioner as he is described, which may not be as he is today.

        `own` are then the slots of his own agenda.
        """
        reports = self._reports_of(candidate.national_id)
        received = [slot for report in reports for slot in report.slots if slot.national_id == candidate.national_id]
        mine = self._own.get(candidate.national_id, ()) if own is None else own
        own, replaced = own_beside(mine, received, candidate=candidate)
        visible, hidden = sort_slots(
            [*received, *own], candidate=candidate, viewer=self.search.viewer, window=self.search.window,
            now=self.now, filters=self.search.filters,
        )  # fmt: skip
        gone = tuple(Hidden(slot=slot, reason=HiddenReason.REPLACED) for slot in replaced)
        names = {report.editor_id: report.editor_name for report in reports}
        return tuple(self._placed(one, candidate, names) for one in visible), hidden + gone

    def _placed(self, visible: VisibleSlot, candidate: Candidate, names: Mapping[int, str]) -> VisibleSlot:
        slot = visible.slot
        return msgspec.structs.replace(
            visible,
            elsewhere=not any(same_place(slot.place, place) for place in candidate.places),
            editor_name=names.get(slot.editor_id, ""),
            time_zone=zone_of_postal_code(slot.place.postal_code),
        )

    def _card_state(
        self, candidate: Candidate, visible: Iterable[VisibleSlot], asked: list[Question], reports: list[CallReport]
    ) -> CardState:
        if any(True for _ in visible):
            return "slots"
        if not candidate.accepts_editor_slots or absent(candidate, self.search):
            return "none"
        if len(reports) < len(asked):
            return "unknown" if self.done else "waiting"
        if candidate.without_software:
            return "none"
        return "none" if asked and all(r.outcome in COMPLETE for r in reports) else "unknown"


def editor_state(outcomes: list[Outcome]) -> EditorState:
    """Sum up the finished calls of one editor."""
    if all(outcome in COMPLETE for outcome in outcomes):
        return "answered"
    return "partial" if any(outcome in ANSWERED for outcome in outcomes) else "failed"


def worst(outcomes: Iterable[Outcome]) -> Outcome | None:
    """The outcome that says most about an editor: a failure before a partial answer before a good one."""
    order = [outcome for outcome in Outcome if outcome not in ANSWERED]
    order += [Outcome.PARTIAL, Outcome.OK, Outcome.EMPTY]
    return min(outcomes, key=order.index, default=None)


def absent(candidate: Candidate, search: Search) -> bool:
    """Does one declared absence cover the whole window?"""
    return any(start <= search.window_start and end >= search.window_end for start, end in candidate.absences)


def contact(candidate: Candidate) -> tuple[str, str]:
    """Whom to call out of slots (flows.md, CPTS display rule 4): label and phone."""
    declared = candidate.participation
    if declared and declared.via == "cpts":
        return CPTS_CONTACT, declared.structure_phone
    phones = (place.phone for place in candidate.places if place.phone)
    return "Téléphone du cabinet", next(phones, "")


def slot_of(reports: Iterable[CallReport], slot_key: str) -> Slot | None:
    return next((slot for report in reports for slot in report.slots if slot.key == slot_key), None)
