"""INT_R01: Schedule → Practitioner + PractitionerRole → the Location it contains."""

import re

from agenda.acceptance.answers import Answer, Entry
from agenda.acceptance.elements import Json, at, codings, items, obj, reference, text
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.slots import Agenda
from agenda.identifiers import IDNPS, IDNST
from directory.zones import zone_of_postal_code
from sasportal.phones import french_phone

_PROFESSIONAL = re.compile(r"8[0-9]{11}|0[0-9][0-9AB][0-9]{7}|[0-9]{9,14}/.+")
_STRUCTURE = re.compile(r"1[0-9][0-9AB][0-9]{7}|3[0-9]{14}|[04].+")
_PHONE = re.compile(r"\+(33|262|508|590|594|596|681|687|689)[0-9]{6,9}")
_POSTAL_CODE = re.compile(r"[0-9]{5}")


def check_practitioners(ledger: Ledger, answer: Answer) -> None:
    asked = answer.question.identifiers
    people = answer.of("Practitioner")
    for entry in people:
        path = f"{entry.path}.identifier"
        national_id = national_id_of(entry)
        typed = any("IDNPS" in {code for _, code in codings(one.get("type"))} for one in _national(entry))
        ledger.expect("PRACTITIONER-ID", national_id and typed, seen=entry.resource.get("identifier"), where=path)
        if national_id:
            prefixed = _PROFESSIONAL.fullmatch(national_id)
            known = ledger.expect("PRACTITIONER-PREFIX", prefixed, seen=national_id, where=f"{path}.value")
            if known and asked is not None:
                ledger.expect("PRACTITIONER-ASKED", national_id in asked, seen=national_id, where=f"{path}.value")
        named = text(at(entry.resource, "name", "family")) and at(entry.resource, "name", "given")
        ledger.expect("PRACTITIONER-NAME", named, seen=None, where=f"{entry.path}.name")
    ledger.meets("plusieurs praticiens dans une réponse", len(people) > 1)


def _national(entry: Entry) -> list[Json]:
    return [one for one in items(entry.resource.get("identifier")) if one.get("system") == IDNPS]


def national_id_of(entry: Entry) -> str:
    return next((text(one.get("value")) for one in _national(entry) if one.get("value")), "")


def agendas_of_practitioners(ledger: Ledger, answer: Answer) -> dict[str, Agenda]:
    """Follow every Schedule; return its agenda by its path."""
    found: dict[str, Agenda] = {}
    places: dict[str, int] = {}
    checked: set[str] = set()
    for entry in answer.of("Schedule"):
        names = [reference(actor) for actor in items(entry.resource.get("actor"))]
        where = f"{entry.path}.actor"
        people = [one for name in names if (one := answer.found(ledger, name, "Practitioner", where))]
        roles = [one for name in names if (one := answer.found(ledger, name, "PractitionerRole", where))]
        if not ledger.expect("SCHEDULE-ACTORS", (len(people), len(roles)) == (1, 1),
                             seen=", ".join(names) or None, where=where):  # fmt: skip
            continue
        _check_same_person(ledger, answer, roles[0], people[0])
        owner = national_id_of(people[0])
        places[owner] = places.get(owner, 0) + 1
        zone = _check_role(ledger, roles[0]) if roles[0].path not in checked else _zone(place_of(roles[0]))
        checked.add(roles[0].path)
        found[entry.path] = Agenda(owner=owner, zone=zone)
    ledger.meets("un praticien dans plusieurs lieux", any(number > 1 for number in places.values()))
    return found


def _check_same_person(ledger: Ledger, answer: Answer, role: Entry, person: Entry) -> None:
    name, where = reference(role.resource.get("practitioner")), f"{role.path}.practitioner"
    found = answer.found(ledger, name, "Practitioner", where)
    ledger.expect("ROLE-PRACTITIONER", found and found.resource == person.resource, seen=name, where=where)


def place_of(role: Entry) -> Json:
    """The contained Location that the role refers to."""
    name = next(map(reference, items(role.resource.get("location"))), "")
    for one in items(role.resource.get("contained")):
        if one.get("resourceType") == "Location" and name == f"#{one.get('id')}":
            return one
    return {}


def _check_role(ledger: Ledger, role: Entry) -> str:
    place, references = place_of(role), items(role.resource.get("location"))
    written = ", ".join(map(reference, references))
    where = f"{role.path}.location"
    if ledger.expect("ROLE-LOCATION", place and len(references) == 1, seen=written, where=where):
        check_address(ledger, place, f"{role.path}.contained")
    organization = obj(at(role.resource, "organization", "identifier"))
    where = f"{role.path}.organization.identifier"
    if ledger.expect("ROLE-STRUCTURE-PRESENT", organization, seen=None, where=where):
        typed = "IDNST" in {code for _, code in codings(organization.get("type"))}
        value = text(organization.get("value"))
        ledger.expect("ROLE-STRUCTURE", _STRUCTURE.fullmatch(value), seen=value, where=f"{where}.value")
        ledger.expect(
            "ROLE-STRUCTURE-TYPE", typed and organization.get("system") == IDNST, seen=organization, where=where
        )
    check_phones(ledger, role.resource, role.path)
    return _zone(place)


def _zone(place: Json) -> str:
    code = text(at(place, "address", "postalCode"))
    return zone_of_postal_code(code) if _POSTAL_CODE.fullmatch(code) else ""


def check_address(ledger: Ledger, place: Json, path: str) -> str:
    """Check the address of a Location; return the zone of its clocks."""
    address = obj(place.get("address"))
    lines = address.get("line")
    right = isinstance(lines, list) and len(lines) == 1 and text(lines[0]) and text(address.get("city"))
    ledger.expect("PLACE-ADDRESS", right, seen=address or None, where=f"{path}.address")
    code = text(address.get("postalCode"))
    ledger.expect("PLACE-POSTAL-CODE", _POSTAL_CODE.fullmatch(code), seen=code, where=f"{path}.address.postalCode")
    return _zone(place)


def check_phones(ledger: Ledger, resource: Json, path: str) -> None:
    for index, one in enumerate(items(resource.get("telecom"))):
        if one.get("system") == "phone":
            value = text(one.get("value"))
            right = _PHONE.fullmatch(value) and french_phone(value)
            ledger.expect("PHONE-FORM", right, seen=value, where=f"{path}.telecom[{index}].value")
