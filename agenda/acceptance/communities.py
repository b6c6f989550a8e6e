"""INT_R04: Slot.serviceType → HealthcareService → Organization of the CPTS."""

import re

from agenda import fhir
from agenda.acceptance.answers import Answer, Entry
from agenda.acceptance.elements import Json, codings, items, obj, reference, text
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.practitioners import check_phones
from agenda.identifiers import IDNST

_FINESS = re.compile(r"1[0-9][0-9AB][0-9]{7}")


def check_communities(ledger: Ledger, answer: Answer) -> None:
    used: dict[str, set[str]] = {}
    for entry in answer.of("Slot"):
        shared = [one for one in items(entry.resource.get("serviceType")) if _is_cpts(one)]
        typed = "CPTS" in {code for _, code in codings({"coding": _security(entry)})}
        path = f"{entry.path}.serviceType"
        if shared:
            ledger.expect("CPTS-TYPE", typed, seen=_codes(_security(entry)), where=f"{entry.path}.meta.security")
        if typed:
            named = shared and all(map(_service_reference, shared))
            ledger.expect("CPTS-SERVICE", named, seen=shared or None, where=path)
        for service_type in shared:
            systems = {system for system, code in codings(service_type) if code == fhir.CPTS_CATEGORY}
            full = systems == {fhir.STRUCTURE_CATEGORY_FULL}
            ledger.expect("CPTS-SYSTEM", full, seen=", ".join(systems), where=path)
            if name := _service_reference(service_type):
                service = answer.found(ledger, name, "HealthcareService", path)
                ledger.expect("CPTS-REFERENCE", service, seen=name, where=path)
        ledger.meets("créneau partagé avec une CPTS", len(shared) == 1)
        ledger.meets("créneau partagé avec deux CPTS", len(shared) > 1)
    for service in answer.of("HealthcareService"):
        _check_service(ledger, answer, service, used)
    for organization, services in used.items():
        ledger.expect("CPTS-ONE-SERVICE", len(services) == 1, seen=", ".join(sorted(services)), where=organization)


def _check_service(ledger: Ledger, answer: Answer, service: Entry, used: dict[str, set[str]]) -> None:
    name, where = reference(service.resource.get("providedBy")), f"{service.path}.providedBy"
    organization = answer.found(ledger, name, "Organization", where)
    if not ledger.expect("CPTS-ORGANIZATION", organization, seen=name, where=where) or organization is None:
        return
    services = used.setdefault(organization.path, set())
    services.add(text(service.resource.get("id")))
    if len(services) > 1:
        return
    written = items(organization.resource.get("identifier"))
    right = len(written) == 1 and is_structure(written[0], _FINESS)
    ledger.expect("CPTS-FINESS", right, seen=written or None, where=f"{organization.path}.identifier")
    ledger.expect("CPTS-NAME", text(organization.resource.get("name")), seen=None, where=f"{organization.path}.name")
    check_phones(ledger, organization.resource, organization.path)


def is_structure(identifier: Json, form: re.Pattern[str]) -> bool:
    """An IDNST of the right system and form; the code systems of its type differ between the guide's examples."""
    typed = "IDNST" in {code for _, code in codings(identifier.get("type"))}
    return typed and identifier.get("system") == IDNST and bool(form.fullmatch(text(identifier.get("value"))))


def _is_cpts(service_type: Json) -> bool:
    return any(
        code == fhir.CPTS_CATEGORY and system.startswith(fhir.STRUCTURE_CATEGORY)
        for system, code in codings(service_type)
    )


def _service_reference(service_type: Json) -> str:
    extensions = items(service_type.get("extension"))
    return next(
        (reference(one.get("valueReference")) for one in extensions if one.get("url") == fhir.SERVICE_TYPE_EXTENSION),
        "",
    )


def _security(entry: Entry) -> object:
    return obj(entry.resource.get("meta")).get("security")


def _codes(labels: object) -> str:
    return ", ".join(code for _, code in codings({"coding": labels}))
