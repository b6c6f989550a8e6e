"""Accounts of SAS regulators at one editor (INT_R02), with the rules of that editor, kept in a small file."""

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sasportal.sandbox.editors.queries import IDNPS
from sasportal.sandbox.editors.writes import WriteRefused

TECHNICAL_ID = "urn:oid:1.2.250.1.213.3.6"
SYSTEMS = {IDNPS: "national", TECHNICAL_ID: "technique"}
LONGEST_NAME = 100


@dataclass(kw_only=True)
class Account:
    id: str
    system: str
    value: str
    active: bool
    family: str
    given: str
    email: str
    changed: str = ""
    version: int = 1

    @property
    def identifier(self) -> tuple[str, str]:
        return self.system, self.value

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(kw_only=True)
class Accounts:
    path: Path
    all: dict[str, Account] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Accounts":
        accounts = cls(path=path)
        if path.exists():
            rows = json.loads(path.read_text(encoding="utf-8"))
            accounts.all = {row["id"]: Account(**row) for row in rows}
        return accounts

    def create(self, resource: Any, now: datetime) -> Account:
        """Take a new account; one we have already is refused."""
        account = read_account(resource)
        self._check(account, replaced=None)
        return self._keep(account, now)

    def put(self, at: tuple[str, str], resource: Any, now: datetime) -> tuple[Account, bool]:
        """Replace the account that has the identifier `at`, whose identifier may change; create it if there is none."""
        account = read_account(resource)
        replaced = self.having(at)
        self._check(account, replaced=replaced)
        if replaced is not None:
            account.id, account.version = replaced.id, replaced.version + 1
        return self._keep(account, now), replaced is None

    def having(self, identifier: tuple[str, str]) -> Account | None:
        return next((one for one in self.all.values() if one.identifier == identifier), None)

    def _check(self, account: Account, *, replaced: Account | None) -> None:
        same_name = self.having(account.identifier)
        if same_name is not None and same_name is not replaced:
            raise WriteRefused(422, "duplicate", "Un compte porte déjà cet identifiant.")
        for one in self.all.values():
            if one is not replaced and one.active and account.active and one.email.lower() == account.email.lower():
                raise WriteRefused(422, "business-rule", "Cette adresse est celle d’un autre compte actif.")

    def _keep(self, account: Account, now: datetime) -> Account:
        account.changed = now.isoformat(timespec="seconds")
        self.all[account.id] = account
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        rows = [asdict(one) for one in self.all.values()]
        beside.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(beside, self.path)
        return account


def read_account(resource: Any) -> Account:
    """Read a FrPractitionerRegul, strictly."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "Practitioner":
        raise WriteRefused(400, "structure", "Une ressource Practitioner est attendue.")
    if _inside(resource, "meta", dict).get("source") != TECHNICAL_ID:
        raise WriteRefused(422, "business-rule", f"Practitioner.meta.source doit être {TECHNICAL_ID}.")
    identifier = _only(resource, "identifier")
    if identifier.get("system") not in SYSTEMS:
        raise WriteRefused(422, "business-rule", "Practitioner.identifier.system est inconnu.")
    active = resource.get("active")
    if not isinstance(active, bool):
        raise _missing("active") if active is None else WriteRefused(400, "structure", "active est vrai ou faux.")
    name, telecom = _only(resource, "name"), _only(resource, "telecom")
    given = name.get("given")
    if not isinstance(given, list) or len(given) != 1:
        raise WriteRefused(422, "required", "Practitioner.name.given doit contenir un seul prénom.")
    email = _text(telecom, "value", "telecom.value")
    if telecom.get("system") != "email" or "@" not in email:
        raise WriteRefused(422, "value", "Practitioner.telecom doit être une adresse électronique.")
    return Account(
        id=str(uuid4()),
        system=identifier["system"],
        value=_text(identifier, "value", "identifier.value"),
        active=active,
        family=_text(name, "family", "name.family"),
        given=_text({"given": given[0]}, "given", "name.given"),
        email=email,
    )


def _only(resource: dict[str, Any], name: str) -> dict[str, Any]:
    found = _inside(resource, name, list)
    if len(found) != 1 or not isinstance(found[0], dict):
        raise _missing(name) if not found else WriteRefused(422, "business-rule", f"Un seul {name} est attendu.")
    first: dict[str, Any] = found[0]
    return first


def _inside(resource: dict[str, Any], name: str, kind: type) -> Any:
    found = resource.get(name, kind())
    if not isinstance(found, kind):
        raise WriteRefused(400, "structure", f"Practitioner.{name} n’a pas la forme attendue.")
    return found


def _text(found: dict[str, Any], name: str, path: str) -> str:
    value = found.get(name)
    if value is None or value == "":
        raise _missing(path)
    if not isinstance(value, str):
        raise WriteRefused(400, "structure", f"Practitioner.{path} est un texte.")
    if len(value) > LONGEST_NAME:
        raise WriteRefused(422, "too-long", f"Practitioner.{path} dépasse {LONGEST_NAME} caractères.")
    return value


def _missing(path: str) -> WriteRefused:
    return WriteRefused(422, "required", f"Practitioner.{path} est obligatoire.")
