"""Small real editors of these tests: accounts (INT_R02) and SOS Médecins, honest unless told otherwise."""

import json
import re
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from tests.peers import Peer

FHIR = "application/fhir+json"
IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
IDNST = "urn:oid:1.2.250.1.71.4.2.2"
PLATFORM = "urn:oid:1.2.250.1.213.3.6"
R314 = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
LOCATION_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type"

Json = dict[str, Any]


def outcome(status: int, text: str) -> web.Response:
    issue = {"severity": "error", "code": "invalid", "diagnostics": text}
    return fhir({"resourceType": "OperationOutcome", "issue": [issue]}, status)


def fhir(resource: Json, status: int = 200, **headers: str) -> web.Response:
    return web.Response(body=json.dumps(resource).encode(), status=status, content_type=FHIR, headers=headers)


class Accounts(Peer):
    """Regulator accounts, by their identifier. `lax` names what this editor does not care about."""

    def __init__(self, *lax: str, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.lax = set(lax)
        self.ids: dict[str, str] = {}
        self.kept: dict[str, Json] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/fhir/Practitioner", self.create), web.put("/fhir/Practitioner", self.update)]

    async def create(self, request: web.Request) -> web.Response:
        resource = await request.json()
        if "create" in self.lax:
            return self.refusal(503, "plus tard")
        if fault := self.fault(resource):
            return self.refusal(400, fault)
        key = key_of(resource)
        if key in self.ids and "duplicate" not in self.lax:
            return self.refusal(422, "ce compte existe")
        if self.shares_address(resource):
            return self.refusal(422, "cette adresse est celle d’un autre compte")
        known = self.ids.get(key)
        answer = self.keep(key, str(len(self.kept) + 1), resource, 201)
        self.ids[key] = known or self.ids[key]
        return answer

    async def update(self, request: web.Request) -> web.Response:
        resource, asked = await request.json(), request.query["identifier"]
        if fault := self.fault(resource):
            return self.refusal(422, fault)
        if (
            "enable" in self.lax
            and resource["active"]
            and not self.kept.get(self.ids.get(asked, ""), resource)["active"]
        ):
            return self.refusal(422, "un compte désactivé le reste")
        if "disable" in self.lax and not resource["active"]:
            return self.refusal(422, "un compte reste actif")
        if "update" in self.lax and resource["name"][0]["family"] != "ESSAI":
            return self.refusal(422, "un nom ne change pas")
        known = self.ids.get(asked)
        if known is None and "upsert" in self.lax:
            return self.refusal(404, "compte inconnu")
        if key_of(resource) != asked and "reidentify" in self.lax:
            return self.keep(key_of(resource), str(len(self.kept) + 1), resource, 201)
        self.ids.pop(asked, None)
        return self.keep(key_of(resource), known or str(len(self.kept) + 1), resource, 200 if known else 201)

    def shares_address(self, resource: Json) -> bool:
        """Would a second active account have this address, as many editors refuse?"""
        others = [one for id, one in self.kept.items() if id != self.ids.get(key_of(resource)) and one["active"]]
        return resource["active"] and resource["telecom"] in [one["telecom"] for one in others]

    def keep(self, key: str, id: str, resource: Json, status: int) -> web.Response:
        self.ids[key], self.kept[id] = id, resource
        place = {} if "location" in self.lax else {"Location": f"{self.url}/Practitioner/{id}"}
        return fhir(resource | {"id": id}, status, **place)

    def refusal(self, status: int, text: str) -> web.Response:
        return web.Response(status=status, text=text) if "outcome" in self.lax else outcome(status, text)

    def fault(self, resource: Json) -> str:
        """What is wrong with an account, in the order FHIR and the guide say it."""
        try:
            key_of(resource)
            name, telecom = resource["name"][0], resource["telecom"][0]
            present = name["family"] and name["given"] and telecom["value"] and "active" in resource
        except (KeyError, IndexError):
            present = False
        if not present:
            return "" if "missing" in self.lax and "identifier" in resource else "un élément manque"
        if "invalid" in self.lax:
            return ""
        known = resource["identifier"][0]["system"] in {IDNPS, PLATFORM}
        mail = re.fullmatch(r"[^@ ]+@[^@ ]+", telecom["value"])
        return "" if isinstance(resource["active"], bool) and known and mail else "une valeur est invalide"


def key_of(resource: Json) -> str:
    return "{system}|{value}".format(**resource["identifier"][0])


class Association(Peer):
    """Two associations of SOS Médecins with their places.

    `spoil` changes an answer before it leaves; `lax` names what this editor does not care about.
    """

    SIRETS = ("399700000000017", "399700000000025")

    def __init__(self, *lax: str, spoil: Callable[[Json], None] = lambda bundle: None, **more: Any) -> None:
        super().__init__(**more)
        self.lax = set(lax)
        self.expected: tuple[str, str] | None = None  # CN and OU of the only client let in
        self.spoil = spoil
        self.starts: list[datetime] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/fhir/Schedule", self.schedules)]

    async def schedules(self, request: web.Request) -> web.Response:
        if self.expected and self.expected != subject_of(request):
            return outcome(403, "certificat inconnu")
        bounds = {one[:2]: one[2:] for one in request.query.getall("_has:Slot:schedule:start")}
        try:
            first, last = (datetime.fromisoformat(bounds[name]) for name in ("ge", "le"))
        except ValueError:
            return fhir({"resourceType": "Bundle"}) if "invalid" in self.lax else outcome(400, "date illisible")
        if "narrow" in self.lax:
            last -= timedelta(milliseconds=1)
        asked = request.query["actor:Location.organization.identifier"].replace(f"{IDNST}|", "").split(",")
        if "several" in self.lax:
            asked = asked[:1]
        if "empty" in self.lax and not set(asked) & set(self.SIRETS):
            return outcome(404, "association inconnue")
        resources = [one for siret in self.SIRETS if siret in asked for one in self.of(siret, first, last)]
        slots = sum(one["resourceType"] == "Slot" for one in resources)
        bundle = {
            "resourceType": "Bundle", "type": "searchset", "total": slots,
            "link": [{"relation": "self", "url": f"{self.url}/Schedule?{request.query_string}"}],
            "entry": [{"fullUrl": f"{self.url}/{named(one)}", "resource": one} for one in resources],
        }  # fmt: skip
        if slots:
            self.spoil(bundle)
        if "media" in self.lax:
            return web.json_response(bundle)
        return fhir(bundle | {"id": "x" * 3_000_000} if "size" in self.lax else bundle)

    def of(self, siret: str, first: datetime, last: datetime) -> list[Json]:
        found: list[Json] = []
        for number, start in enumerate(self.starts):
            if first <= start <= last:
                found.append(slot(f"{siret}-{number}", f"{siret}-{number % 2}", start))
        places = [one for number in (0, 1) for one in place(f"{siret}-{number}", siret)]
        return [*found, *places, organization(siret)] if found else []


def named(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def subject_of(request: web.Request) -> tuple[str, str]:
    assert request.transport is not None
    subject = {name: value for rdn in request.transport.get_extra_info("peercert")["subject"] for name, value in rdn}
    return subject["commonName"], subject["organizationalUnitName"]


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def slot(id: str, schedule: str, start: datetime) -> Json:
    return {
        "resourceType": "Slot",
        "id": id,
        "meta": {"security": [{"system": R314, "code": code} for code in ("PUBLIC", "SNP")]},
        "serviceType": [concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB")],
        "appointmentType": concept("http://terminology.hl7.org/CodeSystem/v2-0276", "ROUTINE"),
        "schedule": {"reference": f"Schedule/{schedule}"},
        "status": "free",
        "start": start.isoformat(timespec="milliseconds"),
        "end": start.replace(minute=20).isoformat(timespec="milliseconds"),
        "comment": f"https://rdv.association.example/{id}",
    }


def place(id: str, siret: str) -> list[Json]:
    return [
        {"resourceType": "Schedule", "id": id, "actor": [{"reference": f"Location/{id}"}]},
        {
            "resourceType": "Location",
            "id": id,
            "identifier": [{"type": concept(LOCATION_TYPES, "INTRN"), "system": "https://lieux.example", "value": id}],
            "name": f"Point de garde {id}",
            "telecom": [{"system": "phone", "value": "+33199001234"}],
            "address": {"line": ["1 rue de la Garde"], "city": "Agen", "postalCode": "47000"},
            "managingOrganization": {"reference": f"Organization/{siret}"},
            "hoursOfOperation": [{"daysOfWeek": ["mon"], "openingTime": "08:00:00", "closingTime": "20:00:00"}],
        },
    ]


def organization(siret: str) -> Json:
    identifier = {"type": concept(LOCATION_TYPES, "IDNST"), "system": IDNST, "value": siret}
    return {"resourceType": "Organization", "id": siret, "identifier": [identifier], "name": "SOS Médecins d’essai"}
