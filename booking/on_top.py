"""A patient on top of the agenda ("en sus"): day and hour agreed by phone, then noted here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from agenda.cards_view import shown_name
from agenda.searches import Search
from booking import whereabouts
from booking.history import write_event
from booking.models import Orientation, OrientationState, Way
from booking.notices import tell_effector
from booking.orientations import SlotUnknown
from directory.found import Association, Candidate, CandidatePlace, StructureCard
from directory.zones import zone_of_postal_code
from sasportal.accounts.models import User

LASTS = timedelta(minutes=15)
# A patient may already be on his way when the regulator writes it down
SINCE, UNTIL = timedelta(hours=1), timedelta(days=7)


class NotOnTop(Exception):
    """This practitioner does not take part in the SAS, or takes no patient on top of his agenda."""


class HourUnlikely(Exception):
    """Past, or more than a week ahead."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who agrees by phone: a practitioner, or the desk of a structure for whichever of its members receives."""

    key: str
    name: str
    zone: str
    information: str = ""
    places: tuple[CandidatePlace, ...] = ()
    candidate: Candidate | None = None
    structure: StructureCard | None = None
    association: Association | None = None

    def whereabouts(self, place_key: str) -> dict[str, Any]:
        """The columns of an orientation that say with whom and where; raises SlotUnknown for another place."""
        if self.association is not None:
            return whereabouts.of_association(self.association) | whereabouts.of_structure(self.association)
        if self.structure is not None:
            columns = {"structure": self.structure.finess, "practitioner_name": self.name[:210]}
            return columns | whereabouts.of_structure(self.structure)
        place = next((one for one in self.places if one.key == place_key), None)
        if place is None or self.candidate is None:
            raise SlotUnknown
        return whereabouts.of_practitioner(self.candidate) | whereabouts.of_place(self.candidate, place)


def party_of(search: Search, key: str) -> Party:
    """Find who is called ("top:" and a national id, a FINESS or a prefixed SIRET) among what the search found.

    Raises SlotUnknown, or NotOnTop.
    """
    who = key.removeprefix("top:")
    for structure in search.found.structures:
        if structure.finess and structure.finess == who:
            zone = zone_of_postal_code(structure.postal_code)
            return Party(key=key, name=structure.name, zone=zone, structure=structure)
    for association in search.found.associations:
        if association.structure_id == who:
            zone = zone_of_postal_code(association.postal_code)
            return Party(key=key, name=association.name, zone=zone, association=association)
    candidate = next((one for one in search.found.candidates if one.national_id == who), None)
    if candidate is None or not candidate.places:
        raise SlotUnknown
    if not candidate.participation or not candidate.accepts_on_top:
        raise NotOnTop
    return Party(
        key=key, name=shown_name(candidate), zone=candidate.places[0].time_zone, places=candidate.places,
        information=candidate.additional_information, candidate=candidate,
    )  # fmt: skip


def agree(*, actor: User, search: Search, party: Party, place_key: str, start: datetime, token: UUID) -> Orientation:
    """Note what was agreed; the same token again gives the same orientation. Raises HourUnlikely or SlotUnknown."""
    now = timezone.now()
    if not now - SINCE <= start <= now + UNTIL:
        raise HourUnlikely
    new = Orientation(
        id=token, regulator=actor, way=Way.ON_TOP, state=OrientationState.BOOKED, start=start, end=start + LASTS,
        slot_key=party.key, **whereabouts.of_search(search), opened_at=now, changed_at=now,
        **party.whereabouts(place_key),
    )  # fmt: skip
    try:
        return _written(new, actor)
    except IntegrityError:  # the same form again
        known = Orientation.objects.get(pk=token)
        if known.regulator_id != actor.pk:
            raise SlotUnknown from None
        return known


@transaction.atomic
def _written(new: Orientation, actor: User) -> Orientation:
    new.save(force_insert=True)
    write_event(new, OrientationState.BOOKED, actor)
    tell_effector(new)
    return new
