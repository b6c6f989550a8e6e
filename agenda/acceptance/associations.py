"""SOS Médecins: Schedule → Location (a place of consultation) → Organization (the association)."""

import re
from collections import Counter

from agenda.acceptance.answers import Answer, Entry
from agenda.acceptance.communities import is_structure
from agenda.acceptance.elements import codings, items, reference, text
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.practitioners import check_address, check_phones
from agenda.acceptance.slots import Agenda

_SIRET = re.compile(r"3[0-9]{14}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_DAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}


def agendas_of_associations(ledger: Ledger, answer: Answer) -> dict[str, Agenda]:
    """Check places and associations; return each Schedule's agenda by its path."""
    owners = {entry.path: _association(ledger, answer, entry) for entry in answer.of("Organization")}
    places = {entry.path: _place(ledger, answer, entry, owners) for entry in answer.of("Location")}
    found: dict[str, Agenda] = {}
    used: Counter[str] = Counter()
    for entry in answer.of("Schedule"):
        names = [reference(actor) for actor in items(entry.resource.get("actor"))]
        where = f"{entry.path}.actor"
        actors = [one for name in names if (one := answer.found(ledger, name, "Location", where))]
        right = len(names) == len(actors) == 1
        if ledger.expect("SOS-ACTOR", right, seen=", ".join(names) or None, where=where):
            found[entry.path] = places[actors[0].path]
            used[actors[0].path] += 1
    for path, number in used.items():
        ledger.expect("SOS-ONE-SCHEDULE", number == 1, seen=f"{number} Schedule", where=path)
    ledger.meets("plusieurs lieux d’une association", len(places) > 1)
    ledger.meets("plusieurs associations", len(owners) > 1)
    return found


def _association(ledger: Ledger, answer: Answer, entry: Entry) -> str:
    written, path = items(entry.resource.get("identifier")), f"{entry.path}.identifier"
    right = len(written) == 1 and is_structure(written[0], _SIRET)
    if not ledger.expect("SOS-SIRET", right, seen=written or None, where=path):
        return ""
    siret = text(written[0].get("value"))
    if answer.question.identifiers is not None:
        ledger.expect("SOS-ASKED", siret in answer.question.identifiers, seen=siret, where=f"{path}.value")
    return siret


def _place(ledger: Ledger, answer: Answer, entry: Entry, owners: dict[str, str]) -> Agenda:
    place, path = entry.resource, entry.path
    identified = any(
        one.get("system") and one.get("value") and "INTRN" in {code for _, code in codings(one.get("type"))}
        for one in items(place.get("identifier"))
    )
    ledger.expect("SOS-LOCATION-ID", identified, seen=place.get("identifier"), where=f"{path}.identifier")
    ledger.expect("SOS-LOCATION-NAME", text(place.get("name")), seen=None, where=f"{path}.name")
    name, where = reference(place.get("managingOrganization")), f"{path}.managingOrganization"
    manager = answer.found(ledger, name, "Organization", where)
    ledger.expect("SOS-ORGANIZATION", manager, seen=name, where=where)
    for index, hours in enumerate(items(place.get("hoursOfOperation"))):
        days = hours.get("daysOfWeek")
        timed = all(_TIME.fullmatch(text(hours.get(key))) for key in ("openingTime", "closingTime"))
        open_ = hours.get("allDay") is True or timed
        right = open_ and isinstance(days, list) and days and all(text(day) in _DAYS for day in days)
        ledger.expect("SOS-HOURS", right, seen=hours, where=f"{path}.hoursOfOperation[{index}]")
    check_phones(ledger, place, path)
    zone = check_address(ledger, place, path)
    return Agenda(owner=owners.get(manager.path, "") if manager else "", zone=zone)
