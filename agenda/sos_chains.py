"""What the slots of SOS Médecins refer to: Schedule → Location (a consultation place) → Organization (the association).

flows.md, "SOS Médecins". Reads like `chains.py`: each link once per answer, the same fault for every slot behind it.
"""

import re
from collections.abc import Iterator

import msgspec

from agenda import fhir
from agenda.chains import Agenda, Chains, Refused
from agenda.identifiers import IDNST, structure_id
from agenda.rejects import RejectReason
from agenda.slots import SlotPlace
from agenda.texts import clean
from directory.zones import zone_of_postal_code

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = "24:00"
MOST_HOURS = 42
LONGEST_ID = 60

_references = msgspec.json.Decoder(fhir.Reference | None)
_names = msgspec.json.Decoder(fhir.Text | None)
_hours = msgspec.json.Decoder(list[fhir.HoursOfOperation] | None)
_CLOCK = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?")
_FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class SosChains(Chains):
    """The resources of one answer; whoever was asked for is an association, by its prefixed SIRET."""

    def known(self) -> tuple[str, ...]:
        """Associations asked for and present."""
        found = (one for one in self._resources.values() if isinstance(one, fhir.Organization))
        return tuple(dict.fromkeys(filter(None, map(self._asked_siret, found))))

    def _asked_siret(self, organization: fhir.Organization) -> str:
        for identifier in organization.identifier or []:
            if identifier.value and identifier.system in {IDNST, None}:
                siret = structure_id(identifier.value)
                if siret in self._national_ids:
                    return siret
        return ""

    def _agenda_of(self, reference: fhir.Reference | None) -> Agenda:
        location = self._consultation_place(self._resolve(reference, ".schedule"))
        organization = self._association(location)
        siret = self._asked_siret(organization)
        if not siret:
            raise Refused(RejectReason.STRANGER, ".schedule.actor.managingOrganization")
        place = self._sos_place(location, organization)
        zone = zone_of_postal_code(place.postal_code)
        named = internal_id(location) or place.name
        return Agenda(national_id=siret, place=place, zone=zone, key=self._key(siret, named, place))

    def _consultation_place(self, schedule: fhir.ReferredTo) -> fhir.Location:
        """One Schedule for one Location."""
        if not isinstance(schedule, fhir.Schedule):
            raise Refused(RejectReason.BROKEN_CHAIN, ".schedule")
        actors = [self._resolve(actor, ".schedule.actor") for actor in schedule.actor or []]
        places = [actor for actor in actors if isinstance(actor, fhir.Location)]
        if len(places) != 1:
            raise Refused(RejectReason.BROKEN_CHAIN, ".schedule.actor")
        return places[0]

    def _association(self, location: fhir.Location) -> fhir.Organization:
        path = ".schedule.actor.managingOrganization"
        try:
            reference = _references.decode(location.managingOrganization)
        except _FAULTS:
            raise Refused(RejectReason.MALFORMED, path) from None
        organization = self._resolve(reference, path)
        if not isinstance(organization, fhir.Organization):
            raise Refused(RejectReason.BROKEN_CHAIN, path)
        return organization

    def _sos_place(self, location: fhir.Location, organization: fhir.Organization) -> SlotPlace:
        address = self._address(location)
        return SlotPlace(
            line=address.line,
            postal_code=address.postal_code,
            city=address.city,
            phone=self._phone([*(location.telecom or []), *(organization.telecom or [])]),
            name=name_of(location) or clean(organization.name or ""),
            hours=opening_hours(location.hoursOfOperation),
        )


def internal_id(location: fhir.Location) -> str:
    """The editor's own number of the place (INTRN): what tells two places at one address apart."""
    return next((clean(one.value, LONGEST_ID) for one in location.identifier or [] if one.value), "")


def name_of(location: fhir.Location) -> str:
    try:
        return clean(_names.decode(location.name) or "")
    except _FAULTS:
        return ""


def opening_hours(written: msgspec.Raw) -> tuple[tuple[str, str, str], ...]:
    """Read `hoursOfOperation`, by day then hour; hours that make no sense are left out, a night is cut at midnight."""
    try:
        said = _hours.decode(written) or []
    except _FAULTS:
        return ()
    ranges = {one for hours in said for one in _ranges(hours)}
    return tuple(sorted(ranges, key=lambda one: (DAYS.index(one[0]), one[1:])))[:MOST_HOURS]


def _ranges(hours: fhir.HoursOfOperation) -> Iterator[tuple[str, str, str]]:
    opens, closes = ("00:00", MIDNIGHT) if hours.allDay else (_clock(hours.openingTime), _clock(hours.closingTime))
    if not opens or not closes:
        return
    if closes == "00:00":
        closes = MIDNIGHT
    for day in hours.daysOfWeek or DAYS:
        if day not in DAYS:
            continue
        if opens < closes:
            yield day, opens, closes
        else:
            yield day, opens, MIDNIGHT
            yield DAYS[(DAYS.index(day) + 1) % 7], "00:00", closes


def _clock(text: str | None) -> str:
    found = _CLOCK.fullmatch(text or "")
    return found[1] if found else ""
