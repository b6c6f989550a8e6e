"""Which own-agenda slots stand beside what the editors sent? (regulator-portal.md, "Aggregation")"""

from collections.abc import Iterable, Sequence

from agenda.places import same_place
from agenda.slots import Slot, SlotPlace
from agenda.visibility import as_accepted
from directory.found import Candidate, CandidatePlace


def own_beside(
    own: Sequence[Slot], received: Iterable[Slot], *, candidate: Candidate
) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
    """Part the own slots of `candidate` into those to show beside `received`, and those replaced by it.

    An editor's slots replace the own ones of the same place, unless the effector refuses them (all, or
    of that type at that place): then his own are all there is.
    """
    if not own or not candidate.accepts_editor_slots:
        return tuple(own), ()
    sent = [slot.place for slot in received if as_accepted(slot, candidate)]
    replaced = tuple(slot for slot in own if any(_same(place, slot.place) for place in sent))
    return tuple(slot for slot in own if slot not in replaced), replaced


def _same(sent: SlotPlace, ours: SlotPlace) -> bool:
    known = CandidatePlace(
        key="", line=ours.line, postal_code=ours.postal_code, city=ours.city, structure_id=ours.structure_id
    )
    return same_place(sent, known)
