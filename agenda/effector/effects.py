"""Which of the slots received now would appear or disappear if a declaration were made, and by which rule?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agenda.progress import Progress
from agenda.received import SlotLine, line
from agenda.slots import Slot
from agenda.visibility import Hidden, VisibleSlot
from directory.found import Candidate
from directory.zones import zone_of_postal_code
from sasportal.wording import listed

Verdicts = Mapping[str, SlotLine]  # by key of the slot


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Lines in order of start; `appearing` carry the rule that hides them now, `disappearing` the one that would.

    `waiting` and `silent` name the editors whose slots nothing can be said of, yet or at all.
    """

    appearing: tuple[SlotLine, ...]
    disappearing: tuple[SlotLine, ...]
    unchanged: tuple[SlotLine, ...]
    waiting: str
    silent: str

    @property
    def none_received(self) -> bool:
        return not (self.appearing or self.disappearing or self.unchanged)


def effects(progress: Progress, after: Candidate, *, own: Sequence[Slot], done: bool) -> Effects:
    """Judge the slots received twice: with the practitioner as he is, and as he and his own agenda would be."""
    now = verdicts(*progress.sorted_for(progress.candidate(after.national_id)))
    then = verdicts(*progress.sorted_for(after, own=own))
    both = now.keys() & then.keys()
    late = [editor.name for editor in progress.editors if editor.state == "waiting"]
    failed = [editor.name for editor in progress.editors if editor.state in {"failed", "partial"}]
    return Effects(
        appearing=ordered(now[key] for key in both if not now[key].visible and then[key].visible),
        disappearing=ordered(then[key] for key in both if now[key].visible and not then[key].visible),
        unchanged=ordered(then[key] for key in both if now[key].visible == then[key].visible),
        waiting="" if done else listed(late),
        silent=listed([*failed, *(late if done else [])]),
    )


def verdicts(visible: Iterable[VisibleSlot], hidden: Iterable[Hidden]) -> Verdicts:
    shown = {one.slot.key: line(one.slot, zone=one.time_zone, visible=True, reason="") for one in visible}
    return shown | {
        one.slot.key: line(
            one.slot, zone=zone_of_postal_code(one.slot.place.postal_code), visible=False, reason=one.reason.label
        )
        for one in hidden
    }


def ordered(lines: Iterable[SlotLine]) -> tuple[SlotLine, ...]:
    return tuple(sorted(lines, key=lambda one: one.at))
