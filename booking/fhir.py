"""INT_R03 on the wire: FHIR Appointments of the SAS profiles read into plain values (flows.md, "INT_R03")."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from fhir.resources.R4B.appointment import Appointment, AppointmentParticipant
from fhir.resources.R4B.extension import Extension
from fhir.resources.R4B.identifier import Identifier
from pydantic import ValidationError

from agenda.identifiers import IDNPS, IDNST, professional_id, structure_id
from agenda.instants import read_instant
from booking.incoming import Told
from booking.models import AppointmentStatus
from booking.outcomes import Issue, ResourceRefused, broken_rule, malformed
from booking.patients.news import is_ours
from booking.privacy import without_patient
from sasportal.accounts.identifiers import TECHNICAL_ID

OPERATOR = "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator"
CATEGORY = "/sas-categorie-orientation"
CATEGORIES = frozenset({"001", "002", "003", "604", "603", "124"})
OPERATOR_SYSTEMS = frozenset({IDNPS, TECHNICAL_ID})
STATUSES = {status.value: status for status in AppointmentStatus}
FHIR_STATUSES = frozenset(
    {"proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error",
     "checked-in", "waitlist"}
)  # fmt: skip
LONGEST = timedelta(hours=24)
CLOCK_TOLERANCE = timedelta(minutes=5)
MOST_ISSUES = 20
NEEDS_ACTION = "needs-action"
_PERSON = re.compile(r"[0-9A-Za-z][0-9A-Za-z/._-]{1,49}")
_IDENTIFIER = re.compile(r"[!-~]([ -~]{0,251}[!-~])?")


def read_appointment(resource: dict[str, Any], *, now: datetime) -> tuple[Told, list[Issue]]:
    """Return what is told and the warnings to send back; raise ResourceRefused."""
    if resource.get("resourceType") != "Appointment":
        raise malformed("une ressource Appointment est attendue.", "Appointment.resourceType")
    clean, warnings = without_patient(resource)
    _check_texts(clean, "Appointment")
    appointment = _validated(clean)
    start, end = _period(clean)
    last_updated, wrong_clock = _last_updated(clean, now)
    identifier = _own_identifier(appointment)
    # What a patient booked by himself has no regulator
    by_patient = is_ours(identifier[0])
    operator_system, operator_value, no_operator = ("", "", []) if by_patient else _operator(appointment)
    told = Told(
        system=identifier[0],
        value=identifier[1],
        status=_status(appointment),
        start=start,
        end=end,
        practitioner=_actor(appointment, IDNPS),
        structure=_actor(appointment, IDNST),
        awaits_confirmation=any(one.status == NEEDS_ACTION for one in appointment.participant or ()),
        operator_system=operator_system,
        operator_value=operator_value,
        orientation_category=_category(appointment.extension or ()),
        last_updated=last_updated,
    )
    if not (told.practitioner or told.structure):
        raise broken_rule("le praticien (ou la structure) doit être identifié.", "Appointment.participant", "required")
    return told, [*warnings, *no_operator, *wrong_clock, *_participation(appointment, bool(told.practitioner))]


def read_search_identifier(text: str | None) -> tuple[str, str]:
    """Read `identifier=system|value` of a conditional update; raise ResourceRefused."""
    system, bar, value = (text or "").partition("|")
    if not bar or not _IDENTIFIER.fullmatch(system) or not _IDENTIFIER.fullmatch(value):
        raise malformed("le paramètre identifier=système|valeur est attendu.", code="required")
    return system, value


def read_version(if_match: str | None) -> int | None:
    """Read `If-Match: W/"3"`; raise ResourceRefused when it is something else."""
    if if_match is None:
        return None
    found = re.fullmatch(r'(?:W/)?"([0-9]{1,9})"', if_match.strip())
    if not found:
        raise malformed('l’en-tête If-Match s’écrit W/"version".')
    return int(found[1])


def _validated(resource: dict[str, Any]) -> Appointment:
    try:
        return Appointment.model_validate(resource)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise ResourceRefused([_form_fault(fault) for fault in faults[:MOST_ISSUES]], rule=False) from None
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise malformed("la ressource n’a pas la forme d’un Appointment FHIR R4.", "Appointment") from None


def _form_fault(fault: Any) -> Issue:
    path = fhir_path(fault["loc"])
    match fault["type"]:
        case "model_field_validation.missing" | "missing":
            return Issue(code="required", text="élément obligatoire absent.", path=path)
        case "extra_forbidden":
            return Issue(code="structure", text="élément inconnu de FHIR R4.", path=path)
        case _:
            return Issue(code="value", text="valeur mal formée.", path=path)


def fhir_path(location: Sequence[str | int]) -> str:
    """Write `("participant", 0, "status")` as `Appointment.participant[0].status`; odd names are left out."""
    path = "Appointment"
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "root":
            path += f".{step}" if re.fullmatch(r"_?[A-Za-z]{1,60}", step) else ".?"
    return path


def _check_texts(value: Any, path: str) -> None:
    """Refuse NUL characters, which neither FHIR nor the database takes."""
    match value:
        case str() if "\0" in value:
            raise malformed("caractère interdit (NUL).", path, "value")
        case dict():
            for name, one in value.items():
                _check_texts(name, path)
                _check_texts(one, fhir_path([name]) if path == "Appointment" else path)
        case list():
            for one in value:
                _check_texts(one, path)


def _own_identifier(appointment: Appointment) -> tuple[str, str]:
    identifiers: list[Identifier] = appointment.identifier or []
    if len(identifiers) != 1:
        raise broken_rule("un identifiant et un seul est attendu.", "Appointment.identifier", "required")
    for name in ("system", "value"):
        if not _IDENTIFIER.fullmatch(getattr(identifiers[0], name) or ""):
            text = "texte attendu (253 caractères au plus)."
            raise broken_rule(text, f"Appointment.identifier[0].{name}", "required")
    return str(identifiers[0].system), str(identifiers[0].value)


def _status(appointment: Appointment) -> AppointmentStatus:
    if appointment.status not in FHIR_STATUSES:
        raise malformed("code inconnu de FHIR.", "Appointment.status", "code-invalid")
    if appointment.status not in STATUSES:
        text = "les états acceptés sont booked, fulfilled, noshow et cancelled."
        raise broken_rule(text, "Appointment.status")
    return STATUSES[appointment.status]


def _period(resource: dict[str, Any]) -> tuple[datetime, datetime]:
    """Read start and end from the text itself: the library takes numbers for instants."""
    start, end = (_instant(resource, name) for name in ("start", "end"))
    if end <= start:
        raise broken_rule("la fin doit suivre le début.", "Appointment.end")
    if end - start > LONGEST:
        raise broken_rule("un rendez-vous dure moins de 24 heures.", "Appointment.end")
    return start, end


def _instant(resource: dict[str, Any], name: str) -> datetime:
    if resource.get(name) is None:
        raise broken_rule("instant obligatoire.", f"Appointment.{name}", "required")
    found = read_instant(resource[name]) if isinstance(resource[name], str) else None
    if found is None:
        raise malformed("un instant avec décalage est attendu.", f"Appointment.{name}", "value")
    return found[0]


def _last_updated(resource: dict[str, Any], now: datetime) -> tuple[datetime | None, list[Issue]]:
    meta = resource.get("meta")
    text = meta.get("lastUpdated") if isinstance(meta, dict) else None
    if text is None:
        return None, []
    path = "Appointment.meta.lastUpdated"
    found = read_instant(text) if isinstance(text, str) else None
    if found is None:
        raise malformed("un instant avec décalage est attendu.", path, "value")
    if found[0] > now + CLOCK_TOLERANCE:
        warning = Issue(severity="warning", code="value", text="date à venir : ignorée.", path=path)
        return None, [warning]
    return found[0], []


def _operator(appointment: Appointment) -> tuple[str, str, list[Issue]]:
    """System and value of the regulator; empty, with a warning, when nobody could be a regulator."""
    path = "Appointment.extension(FrAppointmentOperator)"
    found = [one for one in appointment.extension or () if one.url == OPERATOR]
    if len(found) != 1:
        raise broken_rule("l’extension du régulateur est attendue une fois.", path, "required")
    identifier = found[0].valueReference.identifier if found[0].valueReference else None
    if identifier is None or not identifier.value:
        text = "l’identifiant du régulateur est attendu."
        raise broken_rule(text, f"{path}.valueReference.identifier", "required")
    value = professional_id(str(identifier.value)) if identifier.system == IDNPS else str(identifier.value).strip()
    if identifier.system not in OPERATOR_SYSTEMS or not _PERSON.fullmatch(value):
        text = "ce n’est pas un identifiant de régulateur : rendez-vous gardé sans régulateur."
        return "", "", [Issue(severity="warning", code="value", text=text, path=path)]
    return str(identifier.system), value, []


def _actor(appointment: Appointment, system: str) -> str:
    """The only professional (or structure) who takes part; empty when none does."""
    prefixed = professional_id if system == IDNPS else structure_id
    found = {prefixed(str(one.value or "")) for one in _actors(appointment.participant or ()) if one.system == system}
    if len(found) > 1:
        raise broken_rule("un seul participant de ce type est attendu.", "Appointment.participant")
    for value in found:
        if not _PERSON.fullmatch(value):
            raise broken_rule("identifiant mal formé.", "Appointment.participant.actor.identifier.value", "value")
    return next(iter(found), "")


def _actors(participants: Iterable[AppointmentParticipant]) -> list[Identifier]:
    return [one.actor.identifier for one in participants if one.actor and one.actor.identifier]


def _participation(appointment: Appointment, of_practitioner: bool) -> list[Issue]:
    """Say, without refusing, that a participant should have accepted; an association may do so later."""
    expected = {"accepted"} if of_practitioner else {"accepted", NEEDS_ACTION}
    words = " ou ".join(f"« {code} »" for code in sorted(expected))
    return [
        Issue(
            severity="warning", code="value", text=f"{words} est attendu.",
            path=f"Appointment.participant[{number}].status",
        )
        for number, one in enumerate(appointment.participant or ())
        if one.status not in expected
    ]  # fmt: skip


def _category(extensions: Iterable[Extension]) -> str:
    """Category of the orientation (guide 1.2.0), in whichever form it is written; empty when there is none."""
    for one in extensions:
        if not str(one.url).endswith(CATEGORY):
            continue
        codings = [one.valueCoding, *((one.valueCodeableConcept and one.valueCodeableConcept.coding) or ())]
        codes = [one.valueCode, one.valueString, *(coding.code for coding in codings if coding)]
        return next((code for code in codes if code in CATEGORIES), "")
    return ""
