"""Which own-agenda slots stand beside what the editors sent? (regulator-portal.md, "Aggregation")"""

from collections.abc import Iterable, Sequence

from agenda.own.offer import OWN_EDITOR
from agenda.places import same_place
from agenda.slots import Slot, SlotPlace
from directory.found import Candidate, CandidatePlace


def own_beside(own: Sequence[Slot], received: Iterable[Slot], *, candidate: Candidate) -> tuple[Slot, ...]:
    """Return the own slots of `candidate` to show beside `received`, what the editors sent for him.

    An editor's slots replace the own ones of the same place, unless the effector refuses editor
    slots: then his own are all there is.
    """
    mine = tuple(slot for slot in own if slot.national_id == candidate.national_id)
    if not candidate.accepts_editor_slots:
        return mine
    sent = [slot.place for slot in received if slot.editor_id != OWN_EDITOR]
    return tuple(slot for slot in mine if not any(_same(place, slot.place) for place in sent))


def _same(sent: SlotPlace, ours: SlotPlace) -> bool:
    known = CandidatePlace(
        key="", line=ours.line, postal_code=ours.postal_code, city=ours.city, structure_id=ours.structure_id
    )
    return same_place(sent, known)
