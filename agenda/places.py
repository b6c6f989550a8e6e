"""Is the place an editor wrote one of those the directory knows?"""

import re
import unicodedata
from collections.abc import Sequence

from agenda.slots import SlotPlace
from directory.found import CandidatePlace, ConsultationPlace


def same_place(written: SlotPlace, known: CandidatePlace) -> bool:
    """Compare by structure id, else by postcode and house number: spellings of streets never agree."""
    if written.structure_id and written.structure_id in _structure_ids(known):
        return True
    return _same_address(written, known)


def consultation_place(written: SlotPlace, known: Sequence[ConsultationPlace]) -> ConsultationPlace | None:
    """The consultation place the editor means: by its name, else by its address when no other stands there."""
    here = [place for place in known if _same_address(written, place)]
    named = [place for place in here if _folded(place.name) == _folded(written.name)]
    if named:
        return named[0]
    return here[0] if len(here) == 1 else None


def _same_address(written: SlotPlace, known: CandidatePlace | ConsultationPlace) -> bool:
    if not written.postal_code or written.postal_code != known.postal_code:
        return False
    ours, theirs = _folded(known.line), _folded(written.line)
    return not ours or not theirs or ours == theirs or _house_number(ours) == _house_number(theirs) != ""


def _structure_ids(place: CandidatePlace) -> set[str]:
    ids = {place.structure_id, f"1{place.finess}" if place.finess else "", f"3{place.siret}" if place.siret else ""}
    return ids - {""}


def _folded(line: str) -> str:
    plain = unicodedata.normalize("NFKD", line).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _house_number(folded: str) -> str:
    number = re.match(r"\d+", folded)
    return number.group() if number else ""
