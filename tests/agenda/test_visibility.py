"""Who may see which slot: the display rules of flows.md as a matrix, windows, settings, filters."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agenda.filters import Filters
from agenda.slots import Consultation, Cpts, SlotPlace, SlotType
from agenda.visibility import HiddenReason, Viewer, sort_slots
from agenda.windows import Window
from directory.found import CandidatePlace, DeclaredParticipation
from tests.agenda.cast import LILAS, MESURE, NOON, candidate, free_slot, through

WINDOW = Window(start=NOON, end=NOON + timedelta(hours=62))
SOON = NOON + timedelta(hours=3)
PUBLIC, PRO, SNP, CPTS = SlotType
OURS, OTHERS = Cpts(finess=LILAS), Cpts(finess=MESURE)
R, P = Viewer.REGULATOR, Viewer.PATIENT


def verdict(types: tuple[SlotType, ...], cpts: tuple[Cpts, ...], via: str, viewer: Viewer, **more: Any) -> str:
    """Say "visible", "marked <finess>" or the reason why hidden."""
    who = candidate(participations=(through(via, LILAS if via in {"cpts", "msp"} else ""),) if via else ())
    slot = free_slot(more.pop("start", SOON), types=types, cpts=cpts, **more)
    visible, hidden = sort_slots([slot], candidate=who, viewer=viewer, window=WINDOW, now=NOON)
    assert len(visible) + len(hidden) == 1
    if hidden:
        return hidden[0].reason.value
    mark = visible[0].cpts_mark
    return f"marked {mark.finess}" if mark else "visible"


@pytest.mark.parametrize(
    ("types", "cpts", "via", "viewer", "expected"),
    [
        # a type open to this viewer needs no declaration
        ((PUBLIC,), (), "", R, "visible"),
        ((PUBLIC,), (), "none", R, "visible"),
        ((PUBLIC,), (), "", P, "visible"),
        ((PRO,), (), "individual", R, "visible"),
        ((SNP,), (), "sos", R, "visible"),
        ((), (), "", R, "visible"),
        # a patient only ever sees PUBLIC
        ((PRO,), (), "", P, "not_for_patients"),
        ((SNP,), (), "", P, "not_for_patients"),
        ((), (), "", P, "not_for_patients"),
        ((PRO, SNP), (), "", P, "not_for_patients"),
        ((PUBLIC, SNP), (), "", P, "visible"),
        ((CPTS,), (OURS,), "cpts", P, "not_for_patients"),
        ((PUBLIC, CPTS), (OURS,), "cpts", P, "visible"),
        # rule 1: declaration match
        ((CPTS,), (OURS,), "cpts", R, f"marked {LILAS}"),
        ((CPTS,), (OURS,), "individual", R, "cpts_not_declared"),
        ((CPTS,), (OURS,), "none", R, "cpts_not_declared"),
        ((CPTS,), (OURS,), "msp", R, "cpts_not_declared"),
        ((CPTS,), (OURS,), "sos", R, "cpts_not_declared"),
        ((CPTS,), (OURS,), "", R, "cpts_not_declared"),
        # rule 2: FINESS match
        ((CPTS,), (OTHERS,), "cpts", R, "other_cpts"),
        ((CPTS,), (OTHERS, OURS), "cpts", R, f"marked {LILAS}"),
        ((CPTS,), (), "cpts", R, "cpts_unknown"),
        # rule 3: another type keeps it visible, the mark only where 1 and 2 hold
        ((PUBLIC, CPTS), (OURS,), "cpts", R, f"marked {LILAS}"),
        ((PUBLIC, CPTS), (OTHERS,), "cpts", R, "visible"),
        ((PRO, CPTS), (OURS,), "individual", R, "visible"),
        ((SNP, CPTS), (), "cpts", R, "visible"),
        ((PRO, CPTS), (OURS,), "cpts", P, "not_for_patients"),
        # sharing data without the CPTS type gives no mark
        ((PUBLIC,), (OURS,), "cpts", R, "visible"),
    ],
)
def test_display_rules(
    types: tuple[SlotType, ...], cpts: tuple[Cpts, ...], via: str, viewer: Viewer, expected: str
) -> None:
    assert verdict(types, cpts, via, viewer) == expected


@pytest.mark.parametrize(
    ("hours", "types", "expected"),
    [
        (48, (CPTS,), f"marked {LILAS}"),
        (48.01, (CPTS,), "beyond_cpts_window"),
        (48.01, (PUBLIC, CPTS), "visible"),
        (62, (PUBLIC,), "visible"),
        (62.01, (PUBLIC,), "outside_window"),
        (0, (PUBLIC,), "visible"),
        (-0.01, (PUBLIC,), "past"),
    ],
)
def test_windows_are_elapsed_hours(hours: float, types: tuple[SlotType, ...], expected: str) -> None:
    assert verdict(types, (OURS,), "cpts", R, start=NOON + timedelta(hours=hours)) == expected


def why(who: Any, filters: Filters | None = None, **slot: Any) -> list[HiddenReason]:
    start = slot.pop("start", SOON)
    _, hidden = sort_slots(
        [free_slot(start, **slot)], candidate=who, viewer=R, window=WINDOW, now=NOON, filters=filters
    )
    return [one.reason for one in hidden]


def test_effector_settings_hide_editor_slots() -> None:
    assert why(candidate(accepts_editor_slots=False)) == [HiddenReason.EDITOR_SLOTS_REFUSED]
    away = ((SOON - timedelta(hours=1), SOON), (SOON + timedelta(hours=1), SOON + timedelta(hours=2)))
    assert why(candidate(absences=away)) == []
    assert why(candidate(absences=((SOON, SOON + timedelta(minutes=1)),))) == [HiddenReason.ABSENT]


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        (Filters(), None),
        (Filters(consultation=("AMB",)), None),
        (Filters(consultation=("VR", "HH")), HiddenReason.OTHER_CONSULTATION),
        (Filters(slot_types=("PUBLIC", "SNP")), None),
        (Filters(slot_types=("PRO",)), HiddenReason.OTHER_TYPE),
        (Filters(within_hours=4), None),
        (Filters(within_hours=2), HiddenReason.TOO_LATE),
        (Filters(convention_sector="1"), None),
        (Filters(convention_sector="2"), HiddenReason.OTHER_SECTOR),
        (Filters(cpts=LILAS), None),
        (Filters(cpts=MESURE), HiddenReason.NOT_FROM_CPTS),
    ],
)
def test_each_filter_names_itself(filters: Filters, reason: HiddenReason | None) -> None:
    who = candidate(convention_sector="1", participations=(through("cpts", LILAS),))
    assert why(who, filters, consultation=(Consultation.SURGERY,)) == ([reason] if reason else [])


def test_slots_come_out_in_order_each_once() -> None:
    starts = [SOON + timedelta(hours=n) for n in (3, 1, 2)]
    visible, hidden = sort_slots(
        [free_slot(start) for start in starts], candidate=candidate(), viewer=R, window=WINDOW, now=NOON
    )
    assert ([one.slot.start for one in visible], hidden) == (sorted(starts), ())


def test_every_reason_is_said_in_french() -> None:
    assert [reason for reason in HiddenReason if not reason.label.endswith(".")] == []


class TestDeclarationsByPlaceAndTime:
    """A CPTS slot follows the declaration that holds where and when it is."""

    HERE = CandidatePlace(key="lilas", line="12 rue des Lilas", postal_code="47000", city="Agen")
    THERE = CandidatePlace(key="mesure", line="7 rue de la Mesure", postal_code="47000", city="Agen")

    def verdict(self, *declared: DeclaredParticipation, **more: Any) -> str:
        who = candidate(places=(self.HERE, self.THERE), participations=declared)
        slot = free_slot(SOON, types=(CPTS,), cpts=(OURS, OTHERS), **more)
        visible, hidden = sort_slots([slot], candidate=who, viewer=R, window=WINDOW, now=NOON)
        mark = visible[0].cpts_mark if visible else None
        return mark.finess if mark else hidden[0].reason.value

    def through(self, structure: str = LILAS, **more: Any) -> DeclaredParticipation:
        return msgspec.structs.replace(through("cpts", structure), **more)

    def test_the_place_of_the_slot_decides(self) -> None:
        assert self.verdict(self.through(places=("lilas",))) == LILAS
        assert self.verdict(self.through(places=("mesure",))) == "cpts_not_here"

    def test_each_place_may_have_a_cpts_of_its_own(self) -> None:
        both = (self.through(places=("mesure",)), self.through(MESURE, places=("lilas",)))
        assert self.verdict(*both) == MESURE

    def test_a_place_the_directory_does_not_know_follows_what_holds_everywhere(self) -> None:
        elsewhere = SlotPlace(line="3 rue du Phare", postal_code="97400", city="Saint-Denis")
        assert self.verdict(self.through(), place=elsewhere) == LILAS
        assert self.verdict(self.through(places=("lilas",)), place=elsewhere) == "cpts_not_here"

    def test_the_time_of_the_slot_decides(self) -> None:
        assert self.verdict(self.through(since=SOON, upcoming=True)) == LILAS
        assert self.verdict(self.through(until=SOON)) == "cpts_not_then"
        assert self.verdict(self.through(since=SOON + timedelta(minutes=1), upcoming=True)) == "cpts_not_then"


class TestTypesRefusedAtAPlace:
    def shown(self, types: tuple[SlotType, ...], refused: tuple[str, ...], **more: Any) -> tuple[str, ...] | str:
        place = CandidatePlace(
            key="lilas", line="12 rue des Lilas", postal_code="47000", city="Agen", refused_types=refused
        )
        slot = free_slot(SOON, types=types, **more)
        visible, hidden = sort_slots([slot], candidate=candidate(places=(place,)), viewer=R, window=WINDOW, now=NOON)
        return visible[0].slot.types if visible else hidden[0].reason.value

    @pytest.mark.parametrize(
        ("types", "refused", "expected"),
        [
            ((PUBLIC,), ("PUBLIC",), "type_refused"),
            ((PUBLIC, SNP), ("PUBLIC",), (SNP,)),
            ((PUBLIC, SNP), ("PUBLIC", "SNP"), "type_refused"),
            ((PUBLIC,), ("SNP",), (PUBLIC,)),
            ((), ("PUBLIC",), ()),
            ((), ("PUBLIC", "PRO", "SNP", "CPTS"), "type_refused"),
        ],
    )
    def test_a_slot_loses_the_types_refused_and_goes_when_none_is_left(
        self, types: tuple, refused: tuple, expected: object
    ) -> None:
        assert self.shown(types, refused) == expected

    def test_another_place_and_the_own_agenda_are_not_concerned(self) -> None:
        elsewhere = SlotPlace(line="3 rue du Phare", postal_code="97400", city="Saint-Denis")
        assert self.shown((PUBLIC,), ("PUBLIC",), place=elsewhere) == (PUBLIC,)
        assert self.shown((PUBLIC,), ("PUBLIC",), editor_id=0) == (PUBLIC,)


def test_refusing_editor_slots_leaves_the_own_agenda() -> None:
    who = candidate(accepts_editor_slots=False)
    both = [free_slot(SOON), free_slot(SOON, key="own:1", editor_id=0)]
    visible, hidden = sort_slots(both, candidate=who, viewer=R, window=WINDOW, now=NOON)
    assert [one.slot.key for one in visible] == ["own:1"]
    assert [one.reason.value for one in hidden] == ["editor_slots_refused"]
