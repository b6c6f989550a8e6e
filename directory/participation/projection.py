"""A practitioner as a search would find him once a declaration is made: to show its effect before it is written."""

from datetime import datetime

import msgspec
from django.db.models import Q

from directory.found import Candidate
from directory.models import Structure, StructureProfile
from directory.participation.declaring import Change
from directory.participation.reading import declared


def projected(candidate: Candidate, change: Change, *, now: datetime) -> Candidate:
    """Return the candidate with the declarations that `change` would leave. Two queries at most."""
    names = {
        (one.via, one.structure): (one.structure_name, one.structure_phone) for one in candidate.participations
    }  # fmt: skip
    unknown = {(one.via, one.structure) for one in change.opened if one.structure} - set(names)
    names |= {key: name_and_phone(key[1]) for key in unknown}
    after = declared(change.after, names=names, place_keys=[place.key for place in candidate.places], now=now)
    return msgspec.structs.replace(candidate, participations=after)


def name_and_phone(code: str) -> tuple[str, str]:
    """Name and desk phone of the structure of this FINESS or SIRET."""
    structure = Structure.objects.filter(Q(finess=code) | Q(siret=code), closed_at=None).first()
    profile = StructureProfile.objects.filter(finess=code).first()
    phone = (profile.phone if profile else "") or (structure.phone if structure else "")
    return (structure.name if structure else code), phone
