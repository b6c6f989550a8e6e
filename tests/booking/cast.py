"""Who plays in these tests: regulators, editors, and an appointment as an editor writes it."""

import hashlib
import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from agenda.models import Editor
from booking.models import Orientation
from sasportal.accounts.models import Role, RoleGrant, User

SYSTEM = "https://alpha.example/rendez-vous"
ANNE = "899700001001"
CAMILLE = "899700000013"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
IDNST = "urn:oid:1.2.250.1.71.4.2.2"
# An SOS Médecins association, by its prefixed SIRET
AGEN = "399700000100011"
CATEGORY = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-categorie-orientation"
OPERATOR = "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator"

Json = dict[str, Any]


def regulator(national_id: str | None = CAMILLE, **more: Any) -> User:
    user = person(national_id, **more)
    RoleGrant.objects.create(user=user, role=Role.REGULATOR, regulator_kind="osnp")
    return user


def person(national_id: str | None, **more: Any) -> User:
    details = {"first_name": "Camille", "last_name": "RÉGULIER", "username": national_id or "local"} | more
    return User.objects.create(national_id=national_id, **details)


def editor(name: str = "Alpha", **more: Any) -> Editor:
    details: Json = {
        "base_url": "https://alpha.example/fhir",
        "booking_hosts": ["alpha.example"],
        "inbound_secret_sha256": hashlib.sha256(f"secret-{name}".encode()).hexdigest(),
    }
    return Editor.objects.create(name=name, **(details | more))


def identifier(value: str, system: str = IDNPS, code: str = "IDNPS") -> Json:
    coding = {"system": "http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "code": code}
    return {"type": {"coding": [coding]}, "system": system, "value": value}


def appointment(value: str = "rdv-1", **changed: Any) -> Json:
    """A valid FrAppointmentSAS; `changed` replaces elements, None removes them."""
    resource: Json = {
        "resourceType": "Appointment",
        "meta": {"lastUpdated": "2025-11-21T10:00:00.000+01:00"},
        "extension": [{"url": OPERATOR, "valueReference": {"identifier": identifier(CAMILLE)}}],
        "identifier": [{"system": SYSTEM, "value": value}],
        "status": "booked",
        "start": START.isoformat(),
        "end": (START + timedelta(minutes=20)).isoformat(),
        "created": "2025-11-21T10:00:00.000+01:00",
        "participant": [{"actor": {"identifier": identifier(ANNE)}, "status": "accepted"}],
    }
    return {name: one for name, one in (deepcopy(resource) | changed).items() if one is not None}


def sos_appointment(value: str = "rdv-1", *, confirmed: bool = True, **changed: Any) -> Json:
    """The same in the profile of SOS Médecins: the association takes part, confirmed or not."""
    status = "accepted" if confirmed else "needs-action"
    taking_part = [{"actor": {"identifier": identifier(AGEN, IDNST, "IDNST")}, "status": status}]
    extension = [*operator(CAMILLE), {"url": CATEGORY, "valueCode": "003"}]
    return appointment(value, **({"participant": taking_part, "extension": extension} | changed))


def updated(minutes: int) -> Json:
    """`meta` saying that the editor changed it so many minutes after the first news."""
    moment = datetime(2025, 11, 21, 9, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    return {"lastUpdated": moment.isoformat()}


def operator(value: str, system: str = IDNPS) -> list[Json]:
    return [{"url": OPERATOR, "valueReference": {"identifier": identifier(value, system)}}]


class EditorClient:
    """Writes as an editor does."""

    def __init__(self, name: str = "Alpha", **headers: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"X-SAS-Editor-Secret": f"secret-{name}"} | headers

    def post(self, resource: Any, **headers: str) -> Any:
        return self._send("post", "/fhir/Appointment", resource, headers)

    def put(self, resource: Any, search: str | None = None, **headers: str) -> Any:
        if search is None:
            search = "{system}|{value}".format(**resource["identifier"][0])
        return self._send("put", f"/fhir/Appointment?identifier={search}", resource, headers)

    def _send(self, method: str, path: str, resource: Any, headers: dict[str, str]) -> Any:
        body = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
        content_type = headers.pop("content_type", "application/fhir+json")
        send = getattr(self.client, method)
        return send(path, data=body, content_type=content_type, headers=self.headers | headers)


def issues(response: Any) -> list[tuple[str, str, str]]:
    """Severity, code and path of each issue; the answer must be an OperationOutcome in French."""
    assert response.headers["Content-Type"] == "application/fhir+json; charset=utf-8"
    found = json.loads(response.content)
    assert found["resourceType"] == "OperationOutcome"
    return [(i["severity"], i["code"], (i.get("expression") or [""])[0]) for i in found["issue"]]


def orientation(user: User, by: Editor, **more: Any) -> Orientation:
    details: Json = {
        "regulator": user,
        "editor": by,
        "editor_name": by.name,
        "practitioner": ANNE,
        "practitioner_name": "Anne TENUE",
        "place": "12 rue des Lilas, 47000 Agen",
        "phone": "01 99 00 12 34",
        "department": "47",
        "start": START,
        "end": START + timedelta(minutes=20),
        "slot_key": f"key-{Orientation.objects.count()}",
        "slot_types": ["PUBLIC"],
        "consultation": ["AMB"],
        "booking_url": "https://alpha.example/rdv/1",
        "opened_at": timezone.now(),
    }
    return Orientation.objects.create(**(details | more))
