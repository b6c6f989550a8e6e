"""INT_R02 at an endpoint: real accounts of fictitious people, created, changed, refused, and disabled at the end."""

import json
import secrets
import uuid
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from agenda.acceptance.client import Exchange, Wire, exchange
from agenda.acceptance.elements import Json
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.searches import is_outcome
from agenda.identifiers import IDNPS

PLATFORM = "urn:oid:1.2.250.1.213.3.6"
TYPES = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
REFUSALS = {400, 422}
REQUIRED = ("identifier", "active", "name.family", "name.given", "telecom")
INVALID: dict[str, Any] = {
    "active": "oui",
    "identifier.system": "urn:oid:1.2.3",
    "telecom.value": "pas une adresse",
}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A regulator as INT_R02 writes him (FrPractitionerRegul)."""

    system: str
    value: str

    @property
    def email(self) -> str:
        """One of its own: editors may refuse an address that another account has."""
        return f"essai-{self.value}@sas.invalid"

    @property
    def search(self) -> str:
        return f"{self.system}|{self.value}"

    def resource(self, *, active: bool = True) -> Json:
        code = "IDNPS" if self.system == IDNPS else "INTRN"
        return {
            "resourceType": "Practitioner",
            "meta": {
                "profile": ["https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul"],
                "source": PLATFORM,
            },
            "identifier": [
                {"type": {"coding": [{"system": TYPES, "code": code}]}, "system": self.system, "value": self.value}
            ],
            "active": active,
            "name": [{"family": "ESSAI", "given": ["Claude"]}],
            "telecom": [{"system": "email", "value": self.email}],
        }


def national() -> Account:
    """Somebody of the range kept for fiction, new at every check."""
    return Account(system=IDNPS, value=f"8997{secrets.randbelow(10**8):08}")


def technical() -> Account:
    return Account(system=PLATFORM, value=str(uuid.uuid4()))


async def check_accounts(ledger: Ledger, wire: Wire) -> None:
    """Walk through the life of an account; what was created is disabled behind us."""
    one, other, local = national(), national(), technical()
    renamed = national()
    made: list[Account] = []
    place = await _create(ledger, wire, one, made)
    if place is not None:
        await _again(ledger, wire, one, place)
        await _refusals(ledger, wire)
        await _updates(ledger, wire, one, place)
        await _switched(ledger, wire, one, place)
        await _upsert(ledger, wire, other, made)
        await _reidentified(ledger, wire, local, renamed, made)
    for account in made:
        ledger.step = f"ménage : désactivation de {account.value}"
        await _put(ledger, wire, account, account.resource(active=False))


async def _create(ledger: Ledger, wire: Wire, account: Account, made: list[Account]) -> str | None:
    ledger.step = "création"
    answer = await _post(ledger, wire, account.resource())
    if answer is None or not _succeeds(ledger, "ACCOUNT-CREATE", answer):
        return None
    made.append(account)
    return _place(ledger, wire, answer)


async def _again(ledger: Ledger, wire: Wire, account: Account, place: str) -> None:
    ledger.step = "seconde création du même compte"
    answer = await _post(ledger, wire, account.resource())
    if answer is None:
        return
    refused = answer.status in {409, *REFUSALS}
    same = answer.status in {200, 201} and _located(wire, answer) == place
    ledger.expect("ACCOUNT-DUPLICATE", refused or same, seen=_seen(answer), where="statut HTTP, Location")
    if refused:
        ledger.expect("ACCOUNT-OUTCOME", is_outcome(answer), seen=answer.media_type, where="corps de la réponse")


async def _refusals(ledger: Ledger, wire: Wire) -> None:
    """What must be refused is tried on people who do not exist; an account made by mistake is disabled at once."""
    for path in REQUIRED:
        ledger.step = f"création sans {path}"
        await _refused(ledger, wire, "ACCOUNT-MISSING", path, None)
    for path, value in INVALID.items():
        ledger.step = f"création avec {path} invalide"
        await _refused(ledger, wire, "ACCOUNT-INVALID", path, value)


async def _refused(ledger: Ledger, wire: Wire, rule: str, path: str, value: Any) -> None:
    account = national()
    answer = await _post(ledger, wire, changed(account.resource(), path, value))
    if answer is None:
        return
    refused = ledger.expect(rule, answer.status in REFUSALS, seen=answer.status, where=f"Practitioner.{path}")
    if refused:
        ledger.expect("ACCOUNT-OUTCOME", is_outcome(answer), seen=answer.media_type, where="corps de la réponse")
    elif answer.status in {200, 201}:
        await _put(ledger, wire, account, account.resource(active=False))


async def _updates(ledger: Ledger, wire: Wire, account: Account, place: str) -> None:
    resource = account.resource()
    changes = {"name.family": "ESSAIBIS", "name.given": ["Dominique"], "telecom.value": f"bis-{account.email}"}
    for path, value in changes.items():
        ledger.step = f"mise à jour de {path}"
        resource = changed(resource, path, value)
        await _kept(ledger, wire, "ACCOUNT-UPDATE", account, resource, place)
    ledger.step = "même mise à jour une seconde fois"
    await _kept(ledger, wire, "ACCOUNT-UPDATE", account, resource, place)


async def _switched(ledger: Ledger, wire: Wire, account: Account, place: str) -> None:
    for rule, active in (("ACCOUNT-DISABLE", False), ("ACCOUNT-ENABLE", True)):
        ledger.step = "réactivation" if active else "désactivation"
        await _kept(ledger, wire, rule, account, account.resource(active=active), place)


async def _upsert(ledger: Ledger, wire: Wire, account: Account, made: list[Account]) -> None:
    ledger.step = "mise à jour d’un compte inconnu"
    answer = await _put(ledger, wire, account, account.resource())
    if answer is not None and _succeeds(ledger, "ACCOUNT-UPSERT", answer):
        made.append(account)
        _place(ledger, wire, answer)


async def _reidentified(ledger: Ledger, wire: Wire, old: Account, new: Account, made: list[Account]) -> None:
    ledger.step = "création sous un identifiant technique"
    answer = await _post(ledger, wire, old.resource())
    if answer is None or not _succeeds(ledger, "ACCOUNT-CREATE", answer):
        return
    place = _place(ledger, wire, answer)
    ledger.step = "passage de l’identifiant technique au national"
    kept = await _kept(ledger, wire, "ACCOUNT-REIDENTIFY", old, new.resource(), place)
    made.append(new if kept else old)
    if kept:
        ledger.step = "mise à jour sous le nouvel identifiant"
        await _kept(ledger, wire, "ACCOUNT-REIDENTIFY", new, new.resource(), place)


async def _kept(ledger: Ledger, wire: Wire, rule: str, account: Account, resource: Json, place: str) -> bool:
    """Update, and expect success at the same address."""
    answer = await _put(ledger, wire, account, resource)
    if answer is None:
        return False
    right = answer.status in {200, 201} and (not place or _located(wire, answer) == place)
    return ledger.expect(rule, right, seen=_seen(answer), where="statut HTTP, Location")


def _succeeds(ledger: Ledger, rule: str, answer: Exchange) -> bool:
    return ledger.expect(rule, answer.status in {200, 201}, seen=answer.status, where="statut HTTP")


def _place(ledger: Ledger, wire: Wire, answer: Exchange) -> str:
    place = _located(wire, answer)
    ledger.expect("ACCOUNT-LOCATION", place, seen=answer.headers.get("Location"), where="en-tête Location")
    return place


def _located(wire: Wire, answer: Exchange) -> str:
    """The id of the account its Location names, absolute or relative, without version; "" for anything else."""
    path = urlsplit(answer.headers.get("Location", "")).path.partition("/_history/")[0]
    base, _, account_id = path.rpartition("/Practitioner/")
    own = urlsplit(wire.base_url).path
    return account_id if base in {own, ""} and account_id and "/" not in account_id else ""


def _seen(answer: Exchange) -> str:
    return f"{answer.status}, Location {answer.headers.get('Location', 'absent')}"


def changed(resource: Json, path: str, value: Any) -> Json:
    """The resource with another value there; None takes the element away."""
    result: Json = deepcopy(resource)
    *parents, name = path.split(".")
    target: Any = result
    for parent in parents:
        target = target[parent][0]
    if value is None:
        del target[name]
    else:
        target[name] = value
    return result


async def _post(ledger: Ledger, wire: Wire, resource: Json) -> Exchange | None:
    return await exchange(ledger, wire, "POST", f"{wire.base_url}/Practitioner", json.dumps(resource).encode())


async def _put(ledger: Ledger, wire: Wire, account: Account, resource: Json) -> Exchange | None:
    url = f"{wire.base_url}/Practitioner?identifier={quote(account.search, safe=':')}"
    return await exchange(ledger, wire, "PUT", url, json.dumps(resource).encode())
